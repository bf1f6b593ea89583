// Where the kernel has no CAN: with LD_PRELOAD, a program that opens a raw CAN socket gets the datagram socket whose number
// is in CANWARD_STAND_IN, and what it says to it as to a CAN socket is answered as a CAN socket would. Programs run on it
// unchanged; receiving, polling and everything else is the kernel's, and goes past this file.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/can.h>
#include <linux/can/raw.h>
#include <linux/sockios.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

// One bus, so one socket; -1 until it is opened.
static int bus = -1;

int socket(int domain, int type, int protocol) {
  const char *number = getenv("CANWARD_STAND_IN");
  if (domain != PF_CAN || number == NULL) return syscall(SYS_socket, domain, type, protocol);
  bus = fcntl(atoi(number), type & SOCK_CLOEXEC ? F_DUPFD_CLOEXEC : F_DUPFD, 3);
  if (bus >= 0 && type & SOCK_NONBLOCK) fcntl(bus, F_SETFL, fcntl(bus, F_GETFL) | O_NONBLOCK);
  return bus;
}

int bind(int fd, const struct sockaddr *address, socklen_t size) {
  if (fd == bus && address->sa_family == AF_CAN) return 0;
  return syscall(SYS_bind, fd, address, size);
}

int setsockopt(int fd, int level, int option, const void *value, socklen_t size) {
  if (fd == bus && level == SOL_CAN_RAW) return 0;
  return syscall(SYS_setsockopt, fd, level, option, value, size);
}

int ioctl(int fd, unsigned long request, ...) {
  va_list rest;
  va_start(rest, request);
  void *argument = va_arg(rest, void *);
  va_end(rest);
  int answer = syscall(SYS_ioctl, fd, request, argument);
  // A pair of AF_UNIX has no time of arrival. It was asked for all the same, since the call is what costs.
  if (answer < 0 && fd == bus && request == SIOCGSTAMP) return gettimeofday(argument, NULL);
  return answer;
}
