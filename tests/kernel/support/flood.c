// Puts numbered frames on a CAN interface and says as one line of JSON what it put there.
//
//   flood INTERFACE [-n COUNT] [-r PER_SECOND] [-i ID,ID,… | -i FIRST-LAST] [-l BYTES] [-f K] [-L BYTES] [-b] [-e]
//                   [-R K] [-E K] [-w 32|64] [-o OFFSET] [-s FIRST] [-k]
//
//   -n  how many (1)                         -f  each Kth frame is FD (0: none)      -R  each Kth is a remote frame
//   -r  a second (0: flat out)               -L  payload of an FD frame (64)         -E  each Kth is an error frame
//   -i  ids in hex, in turn (123);           -b  FD frames with BRS                  -w  bits of the number (32)
//       more than 3 digits: 29 bits          -e  FD frames with ESI                  -o  where in the payload it is (0)
//   -l  payload of a classic frame (8)       -k  keep on, see below                  -s  the first number (0)
//
// Frame n carries n, little-endian; the rest of its payload follows from n. Full queues (ENOBUFS) are retried for 5 s at
// most. With -k an interface that is down, deleted or not there yet is waited for just as a full queue, but for 30 s; the
// next frame goes out once it is back. SIGTERM ends it early. The line counts what the kernel has taken:
// {"sent":…,"classic":…,"fd":…,"remote":…,"error":…,"retries":…,"digest":"…"}
#define _GNU_SOURCE
#include "digest.h"
#include <errno.h>
#include <inttypes.h>
#include <linux/can/error.h>
#include <linux/can/raw.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, IDS_MAX = 4096, RETRY_US = 200, RETRIES_MAX = 25000, RETRIES_KEEPING_ON_MAX = 150000 };

static uint64_t count = 1, first = 0;
static uint32_t rate, ids[IDS_MAX], ids_count, fd_every, remote_every, error_every;
static unsigned classic_bytes = 8, fd_bytes = 64, number_bits = 32, offset, fd_flags;
static uint64_t sent, classic, fd, remote_frames, error_frames, retries, digest;
static int keeps_on;
static volatile sig_atomic_t stopped;

static struct canfd_frame frames[BATCH];
static struct iovec vectors[BATCH];
static struct mmsghdr messages[BATCH];

static void fail(const char *what) {
  fprintf(stderr, "flood: %s: %s\n", what, strerror(errno));
  exit(1);
}

static uint32_t id_of(const char *text, char **end) {
  uint32_t id = strtoul(text, end, 16);
  return *end - text > 3 ? id | CAN_EFF_FLAG : id;
}

static void read_ids(const char *text) {
  char *end;
  for (ids_count = 0; ids_count < IDS_MAX; text = end + 1) {
    ids[ids_count++] = id_of(text, &end);
    if (*end == '-')
      for (uint32_t last = id_of(end + 1, &end); ids[ids_count - 1] < last && ids_count < IDS_MAX; ids_count++)
        ids[ids_count] = ids[ids_count - 1] + 1;
    if (*end != ',') return;
  }
}

static int is_turn(uint64_t n, uint32_t every) { return every && n % every == every - 1; }

// Makes frame n; gives the size that the kernel tells the two kinds of frame by.
static size_t make(struct canfd_frame *frame, uint64_t n) {
  memset(frame, 0, sizeof *frame);
  if (is_turn(n, error_every)) {
    frame->can_id = CAN_ERR_FLAG | CAN_ERR_CRTL;
    frame->len = CAN_ERR_DLC;
    frame->data[1] = CAN_ERR_CRTL_RX_WARNING;
    return CAN_MTU;
  }
  frame->can_id = ids[n % ids_count];
  if (is_turn(n, remote_every)) {
    frame->can_id |= CAN_RTR_FLAG;
    frame->len = classic_bytes;
    return CAN_MTU;
  }
  int is_fd = is_turn(n, fd_every);
  frame->len = is_fd ? fd_bytes : classic_bytes;
  frame->flags = is_fd ? fd_flags : 0;
  for (unsigned i = 0; i < frame->len; i++) frame->data[i] = n * 31 + i;
  for (unsigned i = 0; i < number_bits / 8 && offset + i < frame->len; i++) frame->data[offset + i] = n >> (8 * i);
  return is_fd ? CANFD_MTU : CAN_MTU;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static void count_sent(int from, int to) {
  for (int i = from; i < to; i++) {
    int is_fd = vectors[i].iov_len == CANFD_MTU;
    if (frames[i].can_id & CAN_ERR_FLAG) error_frames++;
    else if (frames[i].can_id & CAN_RTR_FLAG) remote_frames++;
    else is_fd ? fd++ : classic++;
    digest += digest_of(&frames[i], is_fd);
  }
  sent += to - from;
}

static int bind_to(int bus, const char *interface) {
  struct sockaddr_can address = {.can_family = AF_CAN, .can_ifindex = if_nametoindex(interface)};
  // Index 0 would be every interface.
  return address.can_ifindex ? bind(bus, (struct sockaddr *)&address, sizeof address) : -1;
}

// Sends all of a batch, unless it is stopped.
static void put(int bus, const char *interface, int length) {
  for (int done = 0, tries = 0; done < length && !stopped;) {
    int taken = sendmmsg(bus, messages + done, length - done, 0);
    if (taken > 0) {
      count_sent(done, done + taken);
      done += taken;
      tries = 0;
      continue;
    }
    int is_gone = keeps_on && (errno == ENETDOWN || errno == ENODEV || errno == ENXIO);
    if (errno != EINTR && errno != ENOBUFS && !is_gone) fail("send");
    if (++tries > (is_gone ? RETRIES_KEEPING_ON_MAX : RETRIES_MAX)) fail("send");
    if (is_gone) bind_to(bus, interface);
    retries++;
    usleep(RETRY_US);
  }
}

static void stop(int signal) {
  (void)signal;
  stopped = 1;
}

int main(int argc, char **argv) {
  int option;
  read_ids("123");
  while ((option = getopt(argc, argv, "n:r:i:l:f:L:beR:E:w:o:s:k")) != -1) switch (option) {
      case 'n': count = strtoull(optarg, NULL, 10); break;
      case 'r': rate = atoi(optarg); break;
      case 'i': read_ids(optarg); break;
      case 'l': classic_bytes = atoi(optarg); break;
      case 'f': fd_every = atoi(optarg); break;
      case 'L': fd_bytes = atoi(optarg); break;
      case 'b': fd_flags |= CANFD_BRS; break;
      case 'e': fd_flags |= CANFD_ESI; break;
      case 'R': remote_every = atoi(optarg); break;
      case 'E': error_every = atoi(optarg); break;
      case 'w': number_bits = atoi(optarg); break;
      case 'o': offset = atoi(optarg); break;
      case 's': first = strtoull(optarg, NULL, 10); break;
      case 'k': keeps_on = 1; break;
      default: return 2;
    }
  if (optind != argc - 1 || classic_bytes > CAN_MAX_DLEN || fd_bytes > CANFD_MAX_DLEN) {
    fprintf(stderr, "flood: its usage stands in its first lines\n");
    return 2;
  }

  const char *interface = argv[optind];
  int bus = socket(PF_CAN, SOCK_RAW, CAN_RAW), on = 1;
  if (bus < 0) fail(interface);
  if (fd_every && setsockopt(bus, SOL_CAN_RAW, CAN_RAW_FD_FRAMES, &on, sizeof on)) fail("CAN_RAW_FD_FRAMES");
  // It only sends; an empty list of filters keeps its queue empty.
  if (setsockopt(bus, SOL_CAN_RAW, CAN_RAW_FILTER, NULL, 0)) fail("CAN_RAW_FILTER");
  if (bind_to(bus, interface) && !keeps_on) fail(interface);
  signal(SIGTERM, stop);

  double start = now();
  while (sent < count && !stopped) {
    uint64_t due = rate ? (uint64_t)((now() - start) * rate) + 1 : count;
    if (due > count) due = count;
    if (sent >= due) {
      usleep(rate > 1000 ? 500 : 500000 / rate);
      continue;
    }
    int length = due - sent < BATCH ? due - sent : BATCH;
    for (int i = 0; i < length; i++) {
      vectors[i] = (struct iovec){&frames[i], make(&frames[i], first + sent + i)};
      messages[i].msg_hdr = (struct msghdr){.msg_iov = &vectors[i], .msg_iovlen = 1};
    }
    put(bus, interface, length);
  }
  printf("{\"sent\":%" PRIu64 ",\"classic\":%" PRIu64 ",\"fd\":%" PRIu64 ",\"remote\":%" PRIu64 ",\"error\":%" PRIu64
         ",\"retries\":%" PRIu64 ",\"digest\":\"%016" PRIx64 "\"}\n",
         sent, classic, fd, remote_frames, error_frames, retries, digest);
  return 0;
}
