// The best that can be done: a CAN socket, poll, recvmmsg, and nothing done with the frames but counting them. All readers of
// the benchmark say the same lines: "ready" once it listens, and at SIGUSR2 {"frames":…,"dropped":…,"cpu_us":…}.
//
//   receive [-g MS] [-h COUNT] [-b BYTES] [-t] INTERFACE
//
//   -g  after each fetch lets frames gather for so long      -b  receive buffer
//   -t  has the kernel tell with each frame its time and the count of drops, as whoever uses frames wants it
//   -h  holds: waits for a line of the standard input, then takes COUNT frames and says {"frames":…,"seconds":…}
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <linux/can.h>
#include <linux/can/raw.h>
#include <linux/net_tstamp.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 512, CONTROL_BYTES = 96, ASKED_MS = 100 };

static struct canfd_frame frames[BATCH];
static struct iovec vectors[BATCH];
static struct mmsghdr messages[BATCH];
static char control[BATCH][CONTROL_BYTES] __attribute__((aligned(8)));
static int told;
static volatile sig_atomic_t asked;

static void fail(const char *what) {
  fprintf(stderr, "receive: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void ask(int signal) {
  (void)signal;
  asked = 1;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static void tell(int bus, uint64_t count) {
  uint32_t memory[SK_MEMINFO_VARS] = {0};
  socklen_t size = sizeof memory;
  struct rusage used;
  getsockopt(bus, SOL_SOCKET, SO_MEMINFO, memory, &size);
  getrusage(RUSAGE_SELF, &used);
  printf("{\"frames\":%" PRIu64 ",\"dropped\":%u,\"cpu_us\":%ld}\n", count, memory[SK_MEMINFO_DROPS],
         (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000L + used.ru_utime.tv_usec + used.ru_stime.tv_usec);
  fflush(stdout);
}

static int open_bus(const char *interface, int buffer) {
  int on = 1, bus = socket(PF_CAN, SOCK_RAW, CAN_RAW);
  if (bus < 0) fail("socket");
  struct ifreq request = {0};
  strncpy(request.ifr_name, interface, IFNAMSIZ - 1);
  if (ioctl(bus, SIOCGIFINDEX, &request)) fail(interface);
  struct sockaddr_can address = {.can_family = AF_CAN, .can_ifindex = request.ifr_ifindex};
  if (setsockopt(bus, SOL_CAN_RAW, CAN_RAW_FD_FRAMES, &on, sizeof on)) fail("CAN_RAW_FD_FRAMES");
  int stamps = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
  if (told && (setsockopt(bus, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on) || setsockopt(bus, SOL_SOCKET, SO_TIMESTAMPING, &stamps, sizeof stamps)))
    fail("SO_TIMESTAMPING");
  if (buffer && setsockopt(bus, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer) &&
      setsockopt(bus, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer))
    fail("SO_RCVBUF");
  if (bind(bus, (struct sockaddr *)&address, sizeof address)) fail("bind");
  return bus;
}

static int fetch(int bus) {
  if (told)
    for (int i = 0; i < BATCH; i++) {
      messages[i].msg_hdr.msg_control = control[i];
      messages[i].msg_hdr.msg_controllen = CONTROL_BYTES;
    }
  int got = recvmmsg(bus, messages, BATCH, MSG_DONTWAIT, NULL);
  if (got >= 0) return got;
  if (errno != EAGAIN && errno != EINTR) fail("recvmmsg");
  return 0;
}

static void hold(int bus, uint64_t count) {
  char line[64];
  struct pollfd polled = {.fd = bus, .events = POLLIN};
  while (read(STDIN_FILENO, line, sizeof line) > 0) {
    double start = now();
    uint64_t frames = 0;
    while (frames < count && poll(&polled, 1, 1000) > 0) frames += fetch(bus);
    printf("{\"frames\":%" PRIu64 ",\"seconds\":%.6f}\n", frames, now() - start);
    fflush(stdout);
  }
}

int main(int argc, char **argv) {
  int option, buffer = 0, gather_ms = 0;
  uint64_t held = 0, count = 0;
  while ((option = getopt(argc, argv, "g:h:b:t")) != -1) switch (option) {
      case 'g': gather_ms = atoi(optarg); break;
      case 'h': held = strtoull(optarg, NULL, 10); break;
      case 'b': buffer = atoi(optarg); break;
      case 't': told = 1; break;
      default: return 2;
    }
  if (optind != argc - 1) return 2;
  int bus = open_bus(argv[optind], buffer);
  for (int i = 0; i < BATCH; i++) {
    vectors[i] = (struct iovec){&frames[i], sizeof *frames};
    messages[i].msg_hdr = (struct msghdr){.msg_iov = &vectors[i], .msg_iovlen = 1};
  }
  struct sigaction action = {.sa_handler = ask};
  sigaction(SIGUSR2, &action, NULL);
  printf("ready %d\n", getpid());
  fflush(stdout);
  if (held) {
    hold(bus, held);
    return 0;
  }
  struct pollfd polled = {.fd = bus, .events = POLLIN};
  struct timespec gather = {.tv_nsec = gather_ms * 1000000L};
  for (;;) {
    int got = 0;
    if (poll(&polled, 1, ASKED_MS) > 0) count += got = fetch(bus);
    if (gather_ms && got < BATCH) nanosleep(&gather, NULL);
    if (asked) {
      asked = 0;
      tell(bus, count);
    }
  }
}
