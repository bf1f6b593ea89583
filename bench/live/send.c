// The bus of the benchmarks: puts recorded frames, one after the other and over again, on a CAN interface at a pace, or on a
// socket pair that stands in for a bus, whose other end a command gets. Says as one line of JSON what it sent.
//
//   send [-r PER_SECOND] [-n COUNT] [-b US] [-s] FRAMES INTERFACE
//   send [-r PER_SECOND] [-n COUNT] [-b US] [-s] FRAMES unix|udp COMMAND [ARGUMENT]…
//
//   FRAMES  a file of struct can_frame        -b  sends what has come due only this often (0: each frame at its time)
//   -r  a second (0: flat out)                -s  the first four bytes of each payload say when: microseconds of the
//   -n  how many                                  monotonic clock, little-endian
//
// unix is a pair of AF_UNIX, udp one of 127.0.0.1, whose receiving end gets control messages as a CAN socket does. The
// command finds its end's number in CANWARD_STAND_IN; sending begins at SIGUSR1, and both go on until they are killed.
// Prints: {"sent":…,"seconds":…,"cpu_us":…,"retries":…,"bursts":…}
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/can.h>
#include <linux/can/raw.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 1024, FRAMES_MAX = 65536, BURST_MS_MAX = 1, RETRIES_MAX = 20000, SEND_BUFFER = 8 << 20 };

static struct can_frame frames[FRAMES_MAX];
static struct iovec vectors[BATCH];
static struct mmsghdr messages[BATCH];
static uint64_t retries, bursts;

static void fail(const char *what) {
  fprintf(stderr, "send: %s: %s\n", what, strerror(errno));
  exit(1);
}

static uint64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000ull + time.tv_nsec;
}

static void sleep_until(uint64_t ns) {
  struct timespec time = {.tv_sec = ns / 1000000000u, .tv_nsec = ns % 1000000000u};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
}

static int open_bus(const char *interface) {
  int bus = socket(PF_CAN, SOCK_RAW, CAN_RAW);
  struct sockaddr_can address = {.can_family = AF_CAN, .can_ifindex = if_nametoindex(interface)};
  // It only sends: without a filter nothing is queued for it.
  if (bus < 0 || !address.can_ifindex || setsockopt(bus, SOL_CAN_RAW, CAN_RAW_FILTER, NULL, 0) ||
      bind(bus, (struct sockaddr *)&address, sizeof address))
    fail(interface);
  return bus;
}

static void udp_pair(int ends[2]) {
  struct sockaddr_in addresses[2];
  socklen_t size = sizeof *addresses;
  for (int i = 0; i < 2; i++) {
    addresses[i] = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    ends[i] = socket(AF_INET, SOCK_DGRAM, 0);
    if (bind(ends[i], (struct sockaddr *)&addresses[i], size) || getsockname(ends[i], (struct sockaddr *)&addresses[i], &size))
      fail("bind");
  }
  for (int i = 0; i < 2; i++)
    if (connect(ends[i], (struct sockaddr *)&addresses[1 - i], size)) fail("connect");
}

// Starts the command with one end of a pair; gives the other.
static int stand_in(const char *kind, char **command, pid_t *child) {
  int ends[2];
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (!strcmp(kind, "udp")) udp_pair(ends);
  else if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends)) fail("socketpair");
  *child = fork();
  if (*child < 0) fail("fork");
  if (*child == 0) {
    char number[16];
    snprintf(number, sizeof number, "%d", ends[1]);
    setenv("CANWARD_STAND_IN", number, 1);
    close(ends[0]);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execvp(command[0], command);
    fail(command[0]);
  }
  close(ends[1]);
  // The standard input is the command's.
  sigset_t begin;
  int which;
  sigemptyset(&begin);
  sigaddset(&begin, SIGUSR1);
  sigprocmask(SIG_BLOCK, &begin, NULL);
  sigwait(&begin, &which);
  return ends[0];
}

static void put(int bus, uint64_t first, int length, int loaded, int stamped) {
  uint32_t us = stamped ? now_ns() / 1000 : 0;
  for (int i = 0; i < length; i++) {
    struct can_frame *frame = &frames[(first + i) % loaded];
    if (stamped) memcpy(frame->data, &us, sizeof us);
    vectors[i] = (struct iovec){frame, sizeof *frame};
    messages[i].msg_hdr = (struct msghdr){.msg_iov = &vectors[i], .msg_iovlen = 1};
  }
  bursts++;
  for (int done = 0, tries = 0; done < length;) {
    int taken = sendmmsg(bus, messages + done, length - done, 0);
    if (taken > 0) done += taken;
    else if ((errno != ENOBUFS && errno != EINTR && errno != EAGAIN) || ++tries > RETRIES_MAX) fail("sendmmsg");
    else {
      retries++;
      usleep(100);
    }
  }
}

int main(int argc, char **argv) {
  int option, rate = 0, burst_us = 0, stamped = 0, buffer = SEND_BUFFER;
  uint64_t count = 1;
  while ((option = getopt(argc, argv, "+r:n:b:s")) != -1) switch (option) {
      case 'r': rate = atoi(optarg); break;
      case 'n': count = strtoull(optarg, NULL, 10); break;
      case 'b': burst_us = atoi(optarg); break;
      case 's': stamped = 1; break;
      default: return 2;
    }
  if (argc - optind < 2) {
    fprintf(stderr, "send: its usage stands in its first lines\n");
    return 2;
  }
  FILE *file = fopen(argv[optind], "rb");
  int loaded = file ? fread(frames, sizeof *frames, FRAMES_MAX, file) : 0;
  if (!loaded) fail(argv[optind]);
  const char *target = argv[optind + 1];
  pid_t child = 0;
  int has_pair = argc - optind > 2;
  int bus = has_pair ? stand_in(target, argv + optind + 2, &child) : open_bus(target);
  if (setsockopt(bus, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof buffer)) setsockopt(bus, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
  prctl(PR_SET_TIMERSLACK, 1);

  uint64_t start = now_ns(), sent = 0;
  uint64_t most = rate ? (uint64_t)rate * BURST_MS_MAX / 1000 : BATCH;
  if (most < 1) most = 1;
  if (most > BATCH) most = BATCH;
  while (sent < count) {
    uint64_t elapsed = now_ns() - start;
    uint64_t due = rate ? elapsed * rate / 1000000000u + 1 : count;
    if (due > count) due = count;
    if (due <= sent) {
      uint64_t next = sent * 1000000000u / rate + 1, later = elapsed + burst_us * 1000ull;
      sleep_until(start + (next > later ? next : later));
      continue;
    }
    int length = due - sent < most ? due - sent : most;
    put(bus, sent, length, loaded, stamped);
    sent += length;
  }
  double seconds = (now_ns() - start) / 1e9;
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  printf("{\"sent\":%" PRIu64 ",\"seconds\":%.6f,\"cpu_us\":%ld,\"retries\":%" PRIu64 ",\"bursts\":%" PRIu64 "}\n", sent, seconds,
         (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000L + used.ru_utime.tv_usec + used.ru_stime.tv_usec, retries, bursts);
  fflush(stdout);
  // Whoever measures says when it has seen enough.
  if (child > 0) pause();
  return 0;
}
