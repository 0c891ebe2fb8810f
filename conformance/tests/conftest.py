"""What all tests rely on, however pytest was started."""

import signal

# A shell ignores them for what it starts with `&` or `nohup`, and so would every program that the tests start.
for _number, _usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _usual)
