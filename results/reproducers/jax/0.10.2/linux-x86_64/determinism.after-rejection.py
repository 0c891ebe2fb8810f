"""One case of conv2d-conformance as a script of its own: exit status 0 where the answer is right, else 1.

after   n3c1h62w13 m3k5x1 s12x1 p5x0 d2x1 g1 bias float32 integers:1224994836 stride=(12.0,1)
case    n3c1h62w13 m3k5x1 s12x1 p5x0 d2x1 g1 bias float32 integers:1224994836
target  jax
"""

import base64
import os
import sys
import zlib
from collections import deque

os.environ.update({**{'OMP_NUM_THREADS': '1', 'OPENBLAS_NUM_THREADS': '1', 'MKL_NUM_THREADS': '1'}, **os.environ})

import numpy as np

from conv2d_adapters.jax import adapter as found
conv2d = found.conv2d

# All arrays of a call lie in one block of NaN, as in the suite: a read beside them shows. There are two, by turns.
blocks = [np.empty(26252, np.uint8) for _ in range(2)]
blocks = [block[-block.__array_interface__['data'][0] % 64 :] for block in blocks]
kept, calls = deque(maxlen=4), 0


def ask(function, arrays, places, arguments):
    global calls
    block = blocks[calls // 2 % 2]
    block[:] = 0xFF
    handed = []
    for array, place in zip(arrays, places):
        if array is not None:
            first, strides, writable = place
            array, values = np.ndarray(array.shape, array.dtype, block, first, strides), array
            array[...] = values
            array.flags.writeable = writable
        handed.append(array)
    calls += 1
    kept.append(function(*handed, **arguments))
    return kept[-1]

# call 1: n3c1h62w13 m3k5x1 s12x1 p5x0 d2x1 g1 bias float32 integers:1224994836 stride=(12.0,1)
input = np.frombuffer(
    zlib.decompress(
        base64.b85decode(
            'c-nQE(Ut2k2t?`3l%`VDi7ACr-Z~M|W#addlTBjFk{E_zv}V)IEX*>#?~Zr>`z`-o<NAI#?!VXb{@ml=d!B2a?`M3kdtT4Iv3`HX'
            'e_o@;_3v*{-{0S{p3lDK@{Ex+-nwqqn3&I8bNM`TJtNmx7Uy1D_r;n|)V=q4hU1=Ge@{Q-`kF(%f9{L3)>@yfzj^QToUGrjvmZ65'
            'sC}$;tiN+TE7x;stmhTjhrqgh?R(A5)-!5fYn)uy#oC`8&o%df@qO*rl$blPlWT52@w@tS>e|}>+OL{J-BZu6HBZE*a9FYYeD;pN'
            '0n7~G&@eB4S8K2J&-Hh%y>h`s#k!u==HLgPj%QbnRUXuHKlj`{R)zJ-jlx6WEHMXLG2QFE`d%}igP6Szp4<-xYaWU5Yfgo=xz--s'
            'FF)9+bycn~=K}b1<UwJqFuJd+J-83X61b`S3hY6}X#zhUoll7S%_YdAfi*`Q%p}IFxz!p9vo(I*Pi~vov(2gZ!CUd71KWFF?*4oO'
            'ZtJ_6&(4*_D_pB#eKjXXp6>i8{Kw%V11DB~6Yry5*TJoWC!F)U4o_8{6|Oe#UBGIbJe-Knj$fQPZ?3|NT)Ec*PM^q?f%xrxzfP>%'
            '_}AJ?;`KV;PwaCFwv?9~`(0dLnAljX{d3f8KRI6bF>r`s{)XB}uAQhIwV%6gN^RM(t{l-^xKFK_z+J_!Vl;rcioM}^E_pq1ZLKrF'
            'ZwdWjxYxi>#6NTA6K6*rV6Uflycu&s>QUlzf)mNrhWeD4xAJG<Kx^xSrYLUQ9LqX@^`y&QqDB=*5POBM8mn?Xs235(@SZCHy|;gl'
            'v&ML-A%U7Us4GO*81z_iN3D}}YVS3!4{%a(q;Y;X>Hv7N^p&BOCUfID^C#wuD+<dgV<q@v%6=ze%xCU>X6}Q#ix(2{PSmnQ90qV&'
            'd*E8912w}tUl_Q?yx02aeZK~Hmun|hYu`3jfz!$xlW{`&hY2o8T+4ZFjezG&;s|?29q!=qDLQLF-?MH}pKRSt4F|38$z?zDub!dC'
            'OXMQs>|95jaVE5-qi&E}$d?&i>m;<3L-(fk7}4`P*&jhm6~>(y_s*LxI@6%h9I;{_H&NG|8eOo;T05Y_$#o`c+~auH!v-D>^lSt1'
            'nc#-PLdCK4H+$toJ)^c6Z*hu#-IV^8`O3Jw>Pe}24(#yR)U=F!lJBq1CCuv}4iV#~8Kh39_x>xQ>s#hSy}Rh(t+Vkx`Kq{t&v584'
            'm+NXgC*Hxwjyg|0o!}LVKKG1X<Ad=ACp8U^+DZIxAAvnhoHcs%-r7W`5wG+qs>TFrX-Ms$Mw!yrl9z^e?h4!=xOY(JY5)Av-=}aq'
            '``UrNW_tzEdARvrQkPk88lEm_aA^K1d$P4Fdp-0X^jl{1oFJbEIGTMGdr5MB#Wm4S)03Kld1BLmk(64tdow?EIv8j2hUmEBo(axL'
            '*#|?NrUnV*@Q_}P{1V7d)@JwKQ>N&s^v((NO;i)QuFs(}QBMrq5sagEk2S?-4a6rg{-B1ufno35RrSVzrHX5Di+R_4+s{Is{_z5@'
            'qh}oX!@eM8j|MgV3-3B>`+az{=~HkT{gHrH*)<kiVbObE`VQ=Go98UG&crha<f{670Zq%gH=@^m_wI4D-W)lUQZH2FWOS|QhzI?T'
            'pM4eYcSiRX)QcvUhU`_sFKd31cV42uLVqk}{uv$TDIRuu?-g0!T>Q3>8ko{UH_naD^8tP(_Ch|h_U}G8dau%aK;#>HNAfm3B%^04'
            'UL5P^&Len}1HLwUZ<89xemvm=Pxvn71+;v;doEE&jF&nv(5JYZSCDUZPaM6z)5|K(bN0;ew@f|o=y)CQp6D0ye93`7)^I})%^oGG'
            'RqyUE{!b4N>6=n=lf7{B_gN>eehwGdQ=T0eb(44BiayVf+P2RzTs-Ql_bW~<srO0#vSzgP-0-@@<Dfp7;>FVA)pG-Kg0t80Uw&tw'
            '%UZ+S-oBFLEd9j<<_&snici8b78hRIJqypT{P(Oz`y!r^(F@7wo@$6DZf6JHYg~Ho!QU{E@m~KYwFz*RJUfftm+W=iy*Ht^$v!B('
            'd+-gTIJchAWjrez^bVk{+IbD?BF`~RJOCHYC*};kD$jDwd#}IwL-0mj$QU_%T>9ckoRN?3uHQ^Jg=Y^z-&^q(zyAG@J)GYESAcs!'
            '4|#}Qbjgv7?)y3Yda0=n?M82rJvZm#f}4=_xSajdhaoO`7T<cG7q2wsynRsDhMZ?3hj~sPa<;I~NqFvZ{raM&=T>rtp5FE5kB4@5'
            '-eXR+^UmwUiTbMLcXVAsUw-$dh;Ml325NkIWhQv6`_09-VJ(c_FDL4k3FaI<s!MLO2Bi3gjG3OtvDQ=fb1$d(`X;`Hi4SP#aaE^I'
            '(KjyV#qIxE#4j8#=Ys9*Th4GNcqP;$^X@%IbU&W|SHN>q_C<zT722y@&};NW#sA%&yY}|pJyi8}>8Vce?as9q|Ak(tfxp9l&uqSV'
            '@ekhqb|n'
        )
    ),
    np.float32,
).reshape((3, 1, 62, 13)).copy()
weight = np.array(
    [[[[-4], [5], [6], [-3], [7]]], [[[-7], [-2], [7], [-5], [2]]], [[[-2], [-5], [-4], [7], [-4]]]],
    np.float32,
)
bias = np.array([-7, -6, -4], np.float32)
arrays = [input, weight, bias]
# of each array the first byte in the block, the strides, and whether it can be written to
places = [(4096, (3224, 3224, 52, 4), True), (17920, (20, 20, 4, 4), True), (22080, (4,), True)]
arguments = dict(stride=(12.0, 1), padding=(5, 0), dilation=(2, 1), groups=1)
try:
    ask(conv2d, arrays, places, arguments)
except Exception:
    pass

input = np.frombuffer(
    zlib.decompress(
        base64.b85decode(
            'c-nQE(Ut2k2t?`3l%`VDi7ACr-Z~M|W#addlTBjFk{E_zv}V)IEX*>#?~Zr>`z`-o<NAI#?!VXb{@ml=d!B2a?`M3kdtT4Iv3`HX'
            'e_o@;_3v*{-{0S{p3lDK@{Ex+-nwqqn3&I8bNM`TJtNmx7Uy1D_r;n|)V=q4hU1=Ge@{Q-`kF(%f9{L3)>@yfzj^QToUGrjvmZ65'
            'sC}$;tiN+TE7x;stmhTjhrqgh?R(A5)-!5fYn)uy#oC`8&o%df@qO*rl$blPlWT52@w@tS>e|}>+OL{J-BZu6HBZE*a9FYYeD;pN'
            '0n7~G&@eB4S8K2J&-Hh%y>h`s#k!u==HLgPj%QbnRUXuHKlj`{R)zJ-jlx6WEHMXLG2QFE`d%}igP6Szp4<-xYaWU5Yfgo=xz--s'
            'FF)9+bycn~=K}b1<UwJqFuJd+J-83X61b`S3hY6}X#zhUoll7S%_YdAfi*`Q%p}IFxz!p9vo(I*Pi~vov(2gZ!CUd71KWFF?*4oO'
            'ZtJ_6&(4*_D_pB#eKjXXp6>i8{Kw%V11DB~6Yry5*TJoWC!F)U4o_8{6|Oe#UBGIbJe-Knj$fQPZ?3|NT)Ec*PM^q?f%xrxzfP>%'
            '_}AJ?;`KV;PwaCFwv?9~`(0dLnAljX{d3f8KRI6bF>r`s{)XB}uAQhIwV%6gN^RM(t{l-^xKFK_z+J_!Vl;rcioM}^E_pq1ZLKrF'
            'ZwdWjxYxi>#6NTA6K6*rV6Uflycu&s>QUlzf)mNrhWeD4xAJG<Kx^xSrYLUQ9LqX@^`y&QqDB=*5POBM8mn?Xs235(@SZCHy|;gl'
            'v&ML-A%U7Us4GO*81z_iN3D}}YVS3!4{%a(q;Y;X>Hv7N^p&BOCUfID^C#wuD+<dgV<q@v%6=ze%xCU>X6}Q#ix(2{PSmnQ90qV&'
            'd*E8912w}tUl_Q?yx02aeZK~Hmun|hYu`3jfz!$xlW{`&hY2o8T+4ZFjezG&;s|?29q!=qDLQLF-?MH}pKRSt4F|38$z?zDub!dC'
            'OXMQs>|95jaVE5-qi&E}$d?&i>m;<3L-(fk7}4`P*&jhm6~>(y_s*LxI@6%h9I;{_H&NG|8eOo;T05Y_$#o`c+~auH!v-D>^lSt1'
            'nc#-PLdCK4H+$toJ)^c6Z*hu#-IV^8`O3Jw>Pe}24(#yR)U=F!lJBq1CCuv}4iV#~8Kh39_x>xQ>s#hSy}Rh(t+Vkx`Kq{t&v584'
            'm+NXgC*Hxwjyg|0o!}LVKKG1X<Ad=ACp8U^+DZIxAAvnhoHcs%-r7W`5wG+qs>TFrX-Ms$Mw!yrl9z^e?h4!=xOY(JY5)Av-=}aq'
            '``UrNW_tzEdARvrQkPk88lEm_aA^K1d$P4Fdp-0X^jl{1oFJbEIGTMGdr5MB#Wm4S)03Kld1BLmk(64tdow?EIv8j2hUmEBo(axL'
            '*#|?NrUnV*@Q_}P{1V7d)@JwKQ>N&s^v((NO;i)QuFs(}QBMrq5sagEk2S?-4a6rg{-B1ufno35RrSVzrHX5Di+R_4+s{Is{_z5@'
            'qh}oX!@eM8j|MgV3-3B>`+az{=~HkT{gHrH*)<kiVbObE`VQ=Go98UG&crha<f{670Zq%gH=@^m_wI4D-W)lUQZH2FWOS|QhzI?T'
            'pM4eYcSiRX)QcvUhU`_sFKd31cV42uLVqk}{uv$TDIRuu?-g0!T>Q3>8ko{UH_naD^8tP(_Ch|h_U}G8dau%aK;#>HNAfm3B%^04'
            'UL5P^&Len}1HLwUZ<89xemvm=Pxvn71+;v;doEE&jF&nv(5JYZSCDUZPaM6z)5|K(bN0;ew@f|o=y)CQp6D0ye93`7)^I})%^oGG'
            'RqyUE{!b4N>6=n=lf7{B_gN>eehwGdQ=T0eb(44BiayVf+P2RzTs-Ql_bW~<srO0#vSzgP-0-@@<Dfp7;>FVA)pG-Kg0t80Uw&tw'
            '%UZ+S-oBFLEd9j<<_&snici8b78hRIJqypT{P(Oz`y!r^(F@7wo@$6DZf6JHYg~Ho!QU{E@m~KYwFz*RJUfftm+W=iy*Ht^$v!B('
            'd+-gTIJchAWjrez^bVk{+IbD?BF`~RJOCHYC*};kD$jDwd#}IwL-0mj$QU_%T>9ckoRN?3uHQ^Jg=Y^z-&^q(zyAG@J)GYESAcs!'
            '4|#}Qbjgv7?)y3Yda0=n?M82rJvZm#f}4=_xSajdhaoO`7T<cG7q2wsynRsDhMZ?3hj~sPa<;I~NqFvZ{raM&=T>rtp5FE5kB4@5'
            '-eXR+^UmwUiTbMLcXVAsUw-$dh;Ml325NkIWhQv6`_09-VJ(c_FDL4k3FaI<s!MLO2Bi3gjG3OtvDQ=fb1$d(`X;`Hi4SP#aaE^I'
            '(KjyV#qIxE#4j8#=Ys9*Th4GNcqP;$^X@%IbU&W|SHN>q_C<zT722y@&};NW#sA%&yY}|pJyi8}>8Vce?as9q|Ak(tfxp9l&uqSV'
            '@ekhqb|n'
        )
    ),
    np.float32,
).reshape((3, 1, 62, 13)).copy()
weight = np.array(
    [[[[-4], [5], [6], [-3], [7]]], [[[-7], [-2], [7], [-5], [2]]], [[[-2], [-5], [-4], [7], [-4]]]],
    np.float32,
)
bias = np.array([-7, -6, -4], np.float32)

arrays = [input, weight, bias]
# of each array the first byte in the block, the strides, and whether it can be written to
places = [(4096, (3224, 3224, 52, 4), True), (17920, (20, 20, 4, 4), True), (22080, (4,), True)]
arguments = dict(stride=(12, 1), padding=(5, 0), dilation=(2, 1), groups=1)

output = ask(conv2d, arrays, places, arguments)
if type(output) is not np.ndarray or output.dtype != np.float32 or output.shape != (3, 3, 6, 13):
    what = getattr(output, 'dtype', type(output).__name__), getattr(output, 'shape', '')
    sys.exit(f'wrong: got {what}, required float32 of shape (3, 3, 6, 13)')

# element: the lowest and the highest answer that is allowed, then others
allowed = {
    (0, 0, 0, 0): (-12.0, -12.0),
    (0, 1, 1, 9): (-44.0, -44.0),
    (0, 2, 3, 5): (-14.0, -14.0),
    (1, 0, 5, 1): (-81.0, -81.0),
    (1, 2, 0, 10): (-39.0, -39.0),
    (2, 0, 2, 6): (-10.0, -10.0),
    (2, 1, 4, 2): (-45.0, -45.0),
    (2, 2, 5, 12): (-38.0, -38.0),
}
wrong = 0
for element, (lowest, highest, *others) in allowed.items():
    got = float(output[element])
    if not (lowest <= got <= highest or str(got) in map(str, others)):
        wrong += 1
        required = [f'{lowest!r}' if lowest == highest else f'{lowest!r} to {highest!r}'] if lowest <= highest else []
        print(f'wrong: got {got!r} at {element}, required', ' or '.join(required + [str(other) for other in others]))
if wrong:
    sys.exit(f'{wrong} of {len(allowed)} elements that were compared are wrong')
print('right')
