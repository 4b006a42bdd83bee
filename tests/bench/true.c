/* true: ends. Static and small, so that it is the container that is measured. */
int main(void)
{
	return 0;
}
