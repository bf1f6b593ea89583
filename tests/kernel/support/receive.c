// Receives all frames of a CAN interface, or of all there are and will be, and says as one line of JSON what it saw: the
// witness of the tests, and without -d and -p the benchmark's baseline, which does nothing with a frame but count it.
//
//   receive INTERFACE|any [-d] [-p] [-e] [-b BYTES]
//
//   -d  digest of all frames, to be compared with flood's     -e  error frames too
//   -p  print each frame, as `candump -L` does, with its ids    -b  receive buffer (default: the kernel's)
//
// Prints "ready" once it listens. Ends when its standard input does, after it has emptied its queue:
// {"frames":…,"classic":…,"fd":…,"brs":…,"esi":…,"remote":…,"error":…,"bytes":…,"dropped":…,"digest":"…","cpu_us":…}
#define _GNU_SOURCE
#include "digest.h"
#include <errno.h>
#include <inttypes.h>
#include <linux/can/raw.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BATCH = 256, QUIET_MS = 50 };

static int digests, prints;
static uint64_t frames_seen, fd, brs, esi, remote_frames, error_frames, bytes, digest;
static struct canfd_frame frames[BATCH];
static struct sockaddr_can senders[BATCH];
static struct iovec vectors[BATCH];
static struct mmsghdr messages[BATCH];

static void fail(const char *what) {
  fprintf(stderr, "receive: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void print(const struct canfd_frame *frame, int is_fd, int ifindex) {
  char name[IF_NAMESIZE] = "?";
  if_indextoname(ifindex, name);
  printf(frame->can_id & (CAN_EFF_FLAG | CAN_ERR_FLAG) ? "%s %08X#" : "%s %03X#", name,
         frame->can_id & (CAN_EFF_MASK | CAN_ERR_FLAG));
  if (is_fd) printf("#%X", frame->flags & (CANFD_BRS | CANFD_ESI));
  if (frame->can_id & CAN_RTR_FLAG) printf("R%u", frame->len);
  else
    for (unsigned i = 0; i < frame->len; i++) printf("%02X", frame->data[i]);
  putchar('\n');
}

static void take(int count) {
  frames_seen += count;
  for (int i = 0; i < count; i++) {
    const struct canfd_frame *frame = &frames[i];
    int is_fd = messages[i].msg_len == CANFD_MTU;
    fd += is_fd;
    brs += is_fd && frame->flags & CANFD_BRS;
    esi += is_fd && frame->flags & CANFD_ESI;
    remote_frames += !!(frame->can_id & CAN_RTR_FLAG);
    error_frames += !!(frame->can_id & CAN_ERR_FLAG);
    bytes += frame->len;
    if (digests) digest += digest_of(frame, is_fd);
    if (prints) print(frame, is_fd, senders[i].can_ifindex);
  }
  if (prints) fflush(stdout);
}

// Empties the queue. An interface that goes away is an error of the socket, and no end: with "any" the next one counts.
static void drain(int bus) {
  for (;;) {
    for (int i = 0; i < BATCH; i++) messages[i].msg_hdr.msg_namelen = sizeof *senders;
    int count = recvmmsg(bus, messages, BATCH, MSG_DONTWAIT, NULL);
    if (count > 0) take(count);
    else if (errno == EAGAIN) return;
    else if (errno != EINTR && errno != ENETDOWN && errno != ENODEV) fail("recvmmsg");
  }
}

int main(int argc, char **argv) {
  int option, buffer = 0, on = 1;
  can_err_mask_t errors = 0;
  while ((option = getopt(argc, argv, "dpeb:")) != -1) switch (option) {
      case 'd': digests = 1; break;
      case 'p': prints = 1; break;
      case 'e': errors = CAN_ERR_MASK; break;
      case 'b': buffer = atoi(optarg); break;
      default: return 2;
    }
  if (optind != argc - 1) {
    fprintf(stderr, "receive: its usage stands in its first lines\n");
    return 2;
  }

  int bus = socket(PF_CAN, SOCK_RAW, CAN_RAW), any = !strcmp(argv[optind], "any");
  struct sockaddr_can address = {.can_family = AF_CAN, .can_ifindex = any ? 0 : if_nametoindex(argv[optind])};
  if (bus < 0 || (!any && !address.can_ifindex)) fail(argv[optind]);
  if (setsockopt(bus, SOL_CAN_RAW, CAN_RAW_FD_FRAMES, &on, sizeof on)) fail("CAN_RAW_FD_FRAMES");
  if (setsockopt(bus, SOL_CAN_RAW, CAN_RAW_ERR_FILTER, &errors, sizeof errors)) fail("CAN_RAW_ERR_FILTER");
  // Forced where it may be; the drops that it counts say whether it was enough.
  if (buffer && setsockopt(bus, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer) &&
      setsockopt(bus, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer))
    fail("SO_RCVBUF");
  if (bind(bus, (struct sockaddr *)&address, sizeof address)) fail(argv[optind]);

  for (int i = 0; i < BATCH; i++) {
    vectors[i] = (struct iovec){&frames[i], sizeof frames[i]};
    messages[i].msg_hdr = (struct msghdr){.msg_name = &senders[i], .msg_iov = &vectors[i], .msg_iovlen = 1};
  }
  printf("ready\n");
  fflush(stdout);
  struct pollfd polled[] = {{.fd = bus, .events = POLLIN}, {.fd = STDIN_FILENO, .events = POLLIN}};
  char ignored[64];
  for (int ends = 0; !ends;) {
    poll(polled, 2, -1);
    ends = polled[1].revents && read(STDIN_FILENO, ignored, sizeof ignored) <= 0;
    drain(bus);
  }
  while (poll(polled, 1, QUIET_MS) > 0 && polled[0].revents & POLLIN) drain(bus);

  uint32_t memory[SK_MEMINFO_VARS] = {0};
  socklen_t size = sizeof memory;
  getsockopt(bus, SOL_SOCKET, SO_MEMINFO, memory, &size);
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  printf("{\"frames\":%" PRIu64 ",\"classic\":%" PRIu64 ",\"fd\":%" PRIu64 ",\"brs\":%" PRIu64 ",\"esi\":%" PRIu64
         ",\"remote\":%" PRIu64 ",\"error\":%" PRIu64 ",\"bytes\":%" PRIu64
         ",\"dropped\":%u,\"digest\":\"%016" PRIx64 "\",\"cpu_us\":%ld}\n",
         frames_seen, frames_seen - fd - remote_frames - error_frames, fd, brs, esi, remote_frames, error_frames, bytes,
         memory[SK_MEMINFO_DROPS], digest,
         (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000L + used.ru_utime.tv_usec + used.ru_stime.tv_usec);
  return 0;
}
