/* A first process that ends on SIGTERM, at once. */
#include <signal.h>
#include <stddef.h>

int main(void)
{
	sigset_t term;
	int number;

	(void)sigemptyset(&term);
	(void)sigaddset(&term, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &term, NULL);
	return sigwait(&term, &number);
}
