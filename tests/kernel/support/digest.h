// What flood.c and receive.c share: a number for a set of frames, the same whatever their order, so that two programs can
// say that they saw the same frames, no more and no fewer. A frame is its id with flags, its FD flags, and its payload.
#include <linux/can.h>
#include <stdint.h>

static inline uint64_t mix(uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}

// Added up over all frames. `is_fd` is told by the size of what was read; the other bits of `flags` differ among kernels.
static inline uint64_t digest_of(const struct canfd_frame *frame, int is_fd) {
  uint64_t flags = is_fd ? 4u | (frame->flags & (CANFD_BRS | CANFD_ESI)) : 0;
  uint64_t digest = mix(((uint64_t)frame->can_id << 32) | (flags << 8) | frame->len);
  if (frame->can_id & CAN_RTR_FLAG) return digest;
  for (unsigned i = 0; i < frame->len; i++) digest = mix(digest + frame->data[i]);
  return digest;
}
