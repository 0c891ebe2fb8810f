/* A worker that says hello, and then dies of the first call; with an argument it hangs. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char hello[] =
    "{\"answer\": \"hello\", \"protocol\": 1, \"name\": \"no-answer\", \"version\": \"1\", \"language\": \"c\"}\n";

int main(int count, char **arguments)
{
    char byte;
    (void)arguments;
    while (read(0, &byte, 1) == 1 && byte != '\n')
        ;
    if (write(1, hello, strlen(hello)) < 0 || read(0, &byte, 1) != 1)
        return 0;
    while (count > 1)
        pause();
    *(volatile int *)0 = 1;
    return 0;
}
