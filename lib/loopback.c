/* `lo`: see loopback.h. */
#define _GNU_SOURCE
#include "loopback.h"

#include "err.h"
#include "io.h"
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

void loopback_up(void)
{
	struct ifreq request = {.ifr_name = "lo"};
	CLOSED int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		fail(request.ifr_name, "socket");
	if (ioctl(fd, SIOCGIFFLAGS, &request))
		fail(request.ifr_name, "read its flags");
	request.ifr_flags |= IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &request))
		fail(request.ifr_name, "bring up");
}
