// The live receiver: a raw CAN socket whose frames go straight into a frame block (frame.ts), as a Node-API addon. It can
// only receive: nothing in this file sends or writes, and a test looks at the symbols of what is built from it.
// Before linux/errqueue.h, which needs its timespec.
#include <time.h>

#include <errno.h>
#include <linux/can.h>
#include <linux/can/error.h>
#include <linux/can/raw.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <node_api.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "hardware-clock.hpp"

namespace {

/** Frames in one call, as many as a block holds (BLOCK_FRAMES_MAX). */
constexpr unsigned kFramesMax = 1024;
/** Room for SCM_TIMESTAMPING (three times) and SO_RXQ_OVFL (a count). */
constexpr size_t kControlBytes = CMSG_SPACE(sizeof(scm_timestamping)) + CMSG_SPACE(sizeof(uint32_t));
constexpr size_t kBusOffset = 6;
constexpr size_t kFlagsOffset = 5;
constexpr uint8_t kFlagFd = 0x04;
/** Error frames of one call whose places are told; a flood of them says nothing that the first ones do not. */
constexpr unsigned kErrorsMax = 64;

/** What recvmmsg needs, once for all sockets of an environment: one call is under way at a time. */
struct Messages {
  mmsghdr headers[kFramesMax];
  iovec vectors[kFramesMax];
  alignas(cmsghdr) char control[kFramesMax][kControlBytes];
};

/** Places of the shared state, which JavaScript reads without a call; see receiver.ts. */
enum State { kDropped, kTimestamps, kWaiting, kErrorCount, kErrors };
enum Timestamps { kArrival = 2, kKernel = 3, kHardware = 4 };

struct Receiver {
  int fd = -1;
  Messages* messages = nullptr;
  double* state = nullptr;
  uint32_t droppedBefore = 0;
  double lastMonotonicUs = 0;
  HardwareClock clock;
  uv_poll_t* poll = nullptr;
  bool watching = false;
  napi_env env = nullptr;
  napi_ref callback = nullptr;
  napi_ref buffer = nullptr;
  napi_async_context context = nullptr;
};

constexpr napi_type_tag kReceiverTag = {0x8f1d2b7c94e04b6aULL, 0xa2c37e5590d1f468ULL};

double microseconds(const timespec& time) { return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3; }

double nowUs(clockid_t clock) {
  timespec time;
  clock_gettime(clock, &time);
  return microseconds(time);
}

/** Throws an Error with `errno` and `syscall`; receiver.ts says what they mean. */
napi_value fail(napi_env env, const char* call, int code) {
  napi_value message, error, value;
  napi_create_string_utf8(env, strerror(code), NAPI_AUTO_LENGTH, &message);
  napi_create_error(env, nullptr, message, &error);
  napi_create_int32(env, code, &value);
  napi_set_named_property(env, error, "errno", value);
  napi_create_string_utf8(env, call, NAPI_AUTO_LENGTH, &value);
  napi_set_named_property(env, error, "syscall", value);
  napi_throw(env, error);
  return nullptr;
}

napi_value misuse(napi_env env, const char* what) {
  napi_throw_type_error(env, nullptr, what);
  return nullptr;
}

template <typename T>
T* view(napi_env env, napi_value value, napi_typedarray_type expected, size_t* length) {
  napi_typedarray_type type;
  void* data = nullptr;
  bool isView = false;
  napi_is_typedarray(env, value, &isView);
  if (!isView || napi_get_typedarray_info(env, value, &type, length, &data, nullptr, nullptr) != napi_ok) return nullptr;
  return type == expected ? static_cast<T*>(data) : nullptr;
}

Receiver* receiverOf(napi_env env, napi_value value) {
  bool isOurs = false;
  void* data = nullptr;
  if (napi_check_object_type_tag(env, value, &kReceiverTag, &isOurs) != napi_ok || !isOurs) return nullptr;
  return napi_unwrap(env, value, &data) == napi_ok ? static_cast<Receiver*>(data) : nullptr;
}

/**
 * The kernel counts what it drops at 32 bits; the state holds it at 53. A frame says what the count was when it was queued:
 * that may be less than what the socket itself has said since.
 */
void countDrops(Receiver* receiver, uint32_t now) {
  const auto more = static_cast<int32_t>(now - receiver->droppedBefore);
  if (more <= 0) return;
  receiver->state[kDropped] += more;
  receiver->droppedBefore = now;
}

void stopWatching(Receiver* receiver) {
  if (receiver->watching) uv_poll_stop(receiver->poll);
  receiver->watching = false;
}

void release(Receiver* receiver) {
  stopWatching(receiver);
  if (receiver->poll != nullptr) {
    uv_close(reinterpret_cast<uv_handle_t*>(receiver->poll), [](uv_handle_t* handle) { free(handle); });
    receiver->poll = nullptr;
  }
  if (receiver->fd >= 0) close(receiver->fd);
  receiver->fd = -1;
  if (receiver->callback != nullptr) napi_delete_reference(receiver->env, receiver->callback);
  if (receiver->buffer != nullptr) napi_delete_reference(receiver->env, receiver->buffer);
  if (receiver->context != nullptr) napi_async_destroy(receiver->env, receiver->context);
  receiver->callback = receiver->buffer = nullptr;
  receiver->context = nullptr;
}

/** Makes the object for a socket that is set up, with `state` (Float64Array) as its shared state. */
napi_value wrap(napi_env env, int fd, napi_value state) {
  size_t length = 0;
  double* places = view<double>(env, state, napi_float64_array, &length);
  if (places == nullptr || length < kErrors + kErrorsMax) {
    close(fd);
    return misuse(env, "the state is a Float64Array that has room for the places of error frames");
  }
  void* messages = nullptr;
  napi_get_instance_data(env, &messages);
  auto* receiver = static_cast<Receiver*>(malloc(sizeof(Receiver)));
  *receiver = Receiver();
  receiver->fd = fd;
  receiver->messages = static_cast<Messages*>(messages);
  receiver->state = places;
  receiver->env = env;
  napi_value object, name;
  napi_create_object(env, &object);
  napi_create_reference(env, state, 1, &receiver->buffer);
  napi_create_string_utf8(env, "canward:receiver", NAPI_AUTO_LENGTH, &name);
  napi_async_init(env, object, name, &receiver->context);
  napi_type_tag_object(env, object, &kReceiverTag);
  napi_wrap(
      env, object, receiver,
      [](napi_env, void* data, void*) {
        release(static_cast<Receiver*>(data));
        free(data);
      },
      nullptr, nullptr);
  return object;
}

int setFilterList(int fd, const uint32_t* pairs, size_t words) {
  static_assert(sizeof(can_filter) == 8, "a filter is an id and a mask");
  // No filter is not the default, which is everything: an empty list lets no data frame through.
  return setsockopt(fd, SOL_CAN_RAW, CAN_RAW_FILTER, words == 0 ? nullptr : pairs, static_cast<socklen_t>(words * 4));
}

/** Everything that is not an address: formats, errors, timestamps, drop counts, and the filters before the first frame. */
const char* setUp(int fd, const uint32_t* filters, size_t words, int bufferBytes) {
  const int on = 1;
  const can_err_mask_t errors = CAN_ERR_MASK;
  const int stamps = SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE | SOF_TIMESTAMPING_RX_SOFTWARE |
                     SOF_TIMESTAMPING_SOFTWARE;
  if (setFilterList(fd, filters, words) != 0) return "setsockopt CAN_RAW_FILTER";
  if (setsockopt(fd, SOL_CAN_RAW, CAN_RAW_ERR_FILTER, &errors, sizeof(errors)) != 0) return "setsockopt CAN_RAW_ERR_FILTER";
  if (setsockopt(fd, SOL_CAN_RAW, CAN_RAW_FD_FRAMES, &on, sizeof(on)) != 0) return "setsockopt CAN_RAW_FD_FRAMES";
  if (setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof(on)) != 0) return "setsockopt SO_RXQ_OVFL";
  if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &stamps, sizeof(stamps)) != 0) return "setsockopt SO_TIMESTAMPING";
  // Beyond net.core.rmem_max only for who may administer the network; others get what they may have.
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bufferBytes, sizeof(bufferBytes)) != 0 &&
      setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bufferBytes, sizeof(bufferBytes)) != 0)
    return "setsockopt SO_RCVBUF";
  return nullptr;
}

/** open(interface, filters: Uint32Array of id and mask in turn, bufferBytes, state): a receiver. */
napi_value open(napi_env env, napi_callback_info info) {
  napi_value args[4];
  size_t count = 4, words = 0, length = 0;
  char name[64] = {};
  int bufferBytes = 0;
  napi_get_cb_info(env, info, &count, args, nullptr, nullptr);
  const uint32_t* filters = count == 4 ? view<uint32_t>(env, args[1], napi_uint32_array, &words) : nullptr;
  if (count != 4 || napi_get_value_string_utf8(env, args[0], name, sizeof(name), &length) != napi_ok ||
      (filters == nullptr && words > 0) || napi_get_value_int32(env, args[2], &bufferBytes) != napi_ok)
    return misuse(env, "open(interface, filters, bufferBytes, state)");
  if (length == 0 || length >= IFNAMSIZ) return fail(env, "ioctl SIOCGIFINDEX", ENODEV);
  const int fd = socket(PF_CAN, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, CAN_RAW);
  if (fd < 0) return fail(env, "socket", errno);
  ifreq request = {};
  memcpy(request.ifr_name, name, length);
  const char* failed = nullptr;
  sockaddr_can address = {};
  address.can_family = AF_CAN;
  if (ioctl(fd, SIOCGIFINDEX, &request) != 0) failed = "ioctl SIOCGIFINDEX";
  address.can_ifindex = request.ifr_ifindex;
  if (failed == nullptr) failed = setUp(fd, filters, words, bufferBytes);
  // Last, so that the first frame finds everything set up.
  if (failed == nullptr && bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) failed = "bind";
  if (failed != nullptr) {
    const int code = errno;
    close(fd);
    return fail(env, failed, code);
  }
  return wrap(env, fd, args[3]);
}

/** adopt(fd, state): a receiver on a datagram socket that is open and set up already; it is closed with the receiver. */
napi_value adopt(napi_env env, napi_callback_info info) {
  napi_value args[2];
  size_t count = 2;
  int fd = -1;
  napi_get_cb_info(env, info, &count, args, nullptr, nullptr);
  if (count != 2 || napi_get_value_int32(env, args[0], &fd) != napi_ok || fd < 0) return misuse(env, "adopt(fd, state)");
  return wrap(env, fd, args[1]);
}

/** What the control messages of a frame say. */
struct Said {
  double kernelUs = 0;
  double hardwareUs = 0;
};

Said readControl(Receiver* receiver, msghdr* header) {
  Said said;
  for (cmsghdr* part = CMSG_FIRSTHDR(header); part != nullptr; part = CMSG_NXTHDR(header, part)) {
    if (part->cmsg_level != SOL_SOCKET) continue;
    if (part->cmsg_type == SO_RXQ_OVFL) {
      uint32_t dropped;
      memcpy(&dropped, CMSG_DATA(part), sizeof(dropped));
      countDrops(receiver, dropped);
    } else if (part->cmsg_type == SCM_TIMESTAMPING) {
      scm_timestamping times;
      memcpy(&times, CMSG_DATA(part), sizeof(times));
      said.kernelUs = microseconds(times.ts[0]);
      said.hardwareUs = microseconds(times.ts[2]);
    }
  }
  return said;
}

/** Frames that `recvmmsg` put into the records from `bytes` on become frames of the block; odd datagrams are left out. */
unsigned adoptFrames(Receiver* receiver, uint8_t* bytes, unsigned got, uint8_t bus, double* capturedAtUs, double* monotonicUs) {
  Messages* messages = receiver->messages;
  const double wallNowUs = nowUs(CLOCK_REALTIME);
  const double monotonicNowUs = nowUs(CLOCK_MONOTONIC);
  unsigned kept = 0, errors = 0;
  for (unsigned i = 0; i < got; i++) {
    const unsigned length = messages->headers[i].msg_len;
    const Said said = readControl(receiver, &messages->headers[i].msg_hdr);
    if (length != CAN_MTU && length != CANFD_MTU) continue;
    uint8_t* record = bytes + static_cast<size_t>(kept) * CANFD_MTU;
    if (kept != i) memcpy(record, bytes + static_cast<size_t>(i) * CANFD_MTU, length);
    // Kernels before 5.14 do not mark an FD frame themselves; of a classic frame this byte is padding.
    record[kFlagsOffset] = length == CANFD_MTU ? record[kFlagsOffset] | kFlagFd : 0;
    record[kBusOffset] = bus;
    record[kBusOffset + 1] = 0;
    canid_t id;
    memcpy(&id, record, sizeof(id));
    if ((id & CAN_ERR_FLAG) != 0 && errors < kErrorsMax) receiver->state[kErrors + errors++] = kept;
    double wallUs = said.kernelUs;
    if (said.hardwareUs > 0) wallUs = receiver->clock.wallUs(said.hardwareUs, said.kernelUs > 0 ? said.kernelUs : wallNowUs);
    receiver->state[kTimestamps] = said.hardwareUs > 0 ? kHardware : wallUs > 0 ? kKernel : kArrival;
    if (!(wallUs > 0)) wallUs = wallNowUs;
    // The wall clock may have been set between the capture and now: the other one never goes back, nor beyond now.
    double steadyUs = monotonicNowUs - (wallNowUs - wallUs);
    if (steadyUs < receiver->lastMonotonicUs) steadyUs = receiver->lastMonotonicUs;
    if (steadyUs > monotonicNowUs) steadyUs = monotonicNowUs;
    receiver->lastMonotonicUs = steadyUs;
    capturedAtUs[kept] = wallUs;
    monotonicUs[kept] = steadyUs;
    kept++;
  }
  receiver->state[kErrorCount] = errors;
  return kept;
}

/** receive(receiver, bytes, capturedAtUs, monotonicUs, bus, limit): frames received into the block's first records; 0 where none waits. */
napi_value receive(napi_env env, napi_callback_info info) {
  napi_value args[6], result;
  size_t count = 6, byteCount = 0, captured = 0, monotonic = 0;
  uint32_t bus = 0, limit = 0;
  napi_get_cb_info(env, info, &count, args, nullptr, nullptr);
  Receiver* receiver = count == 6 ? receiverOf(env, args[0]) : nullptr;
  if (receiver == nullptr) return misuse(env, "receive() wants a receiver");
  uint8_t* bytes = view<uint8_t>(env, args[1], napi_uint8_array, &byteCount);
  double* capturedAtUs = view<double>(env, args[2], napi_float64_array, &captured);
  double* monotonicUs = view<double>(env, args[3], napi_float64_array, &monotonic);
  if (bytes == nullptr || capturedAtUs == nullptr || monotonicUs == nullptr ||
      napi_get_value_uint32(env, args[4], &bus) != napi_ok || napi_get_value_uint32(env, args[5], &limit) != napi_ok ||
      limit > kFramesMax || byteCount < static_cast<size_t>(limit) * CANFD_MTU || captured < limit || monotonic < limit)
    return misuse(env, "receive(receiver, bytes, capturedAtUs, monotonicUs, bus, limit) with room for limit frames");
  if (receiver->fd < 0) return fail(env, "recvmmsg", EBADF);
  Messages* messages = receiver->messages;
  for (unsigned i = 0; i < limit; i++) {
    messages->vectors[i] = {bytes + static_cast<size_t>(i) * CANFD_MTU, CANFD_MTU};
    msghdr& header = messages->headers[i].msg_hdr;
    header.msg_iov = &messages->vectors[i];
    header.msg_iovlen = 1;
    header.msg_control = messages->control[i];
    header.msg_controllen = kControlBytes;
  }
  int got = recvmmsg(receiver->fd, messages->headers, limit, MSG_DONTWAIT, nullptr);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) got = 0;
  if (got < 0) return fail(env, "recvmmsg", errno);
  const unsigned kept = got == 0 ? 0 : adoptFrames(receiver, bytes, static_cast<unsigned>(got), static_cast<uint8_t>(bus), capturedAtUs, monotonicUs);
  if (got == 0) receiver->state[kErrorCount] = 0;
  napi_create_uint32(env, kept, &result);
  return result;
}

/** setFilters(receiver, filters): the kernel adds the new ones before it takes the old ones away, so no listed frame is lost. */
napi_value setFilters(napi_env env, napi_callback_info info) {
  napi_value args[2];
  size_t count = 2, words = 0;
  napi_get_cb_info(env, info, &count, args, nullptr, nullptr);
  Receiver* receiver = count == 2 ? receiverOf(env, args[0]) : nullptr;
  if (receiver == nullptr) return misuse(env, "setFilters() wants a receiver");
  const uint32_t* filters = view<uint32_t>(env, args[1], napi_uint32_array, &words);
  if (setFilterList(receiver->fd, filters, filters == nullptr ? 0 : words) != 0) return fail(env, "setsockopt CAN_RAW_FILTER", errno);
  return nullptr;
}

/** bufferBytes(receiver): the receive buffer as the kernel counts it. Also says what was dropped and what waits, up to this moment. */
napi_value bufferBytes(napi_env env, napi_callback_info info) {
  napi_value args[1], result;
  size_t count = 1;
  napi_get_cb_info(env, info, &count, args, nullptr, nullptr);
  Receiver* receiver = count == 1 ? receiverOf(env, args[0]) : nullptr;
  if (receiver == nullptr) return misuse(env, "bufferBytes() wants a receiver");
  uint32_t memory[SK_MEMINFO_VARS] = {};
  socklen_t length = sizeof(memory);
  // SO_RXQ_OVFL tells of a drop with the next frame only, and there may be none.
  if (getsockopt(receiver->fd, SOL_SOCKET, SO_MEMINFO, memory, &length) != 0) return fail(env, "getsockopt SO_MEMINFO", errno);
  if (length > SK_MEMINFO_DROPS * sizeof(uint32_t)) countDrops(receiver, memory[SK_MEMINFO_DROPS]);
  receiver->state[kWaiting] = memory[SK_MEMINFO_RMEM_ALLOC];
  napi_create_uint32(env, memory[SK_MEMINFO_RCVBUF], &result);
  return result;
}

void readable(uv_poll_t* poll, int, int) {
  auto* receiver = static_cast<Receiver*>(poll->data);
  stopWatching(receiver);
  napi_env env = receiver->env;
  napi_handle_scope scope;
  napi_open_handle_scope(env, &scope);
  napi_value callback, global, result;
  napi_get_reference_value(env, receiver->callback, &callback);
  napi_get_global(env, &global);
  if (napi_make_callback(env, receiver->context, global, callback, 0, nullptr, &result) == napi_pending_exception) {
    napi_value error;
    napi_get_and_clear_last_exception(env, &error);
    napi_fatal_exception(env, error);
  }
  napi_close_handle_scope(env, scope);
}

/** watch(receiver, callback): calls back once, when there is something to receive. */
napi_value watch(napi_env env, napi_callback_info info) {
  napi_value args[2];
  size_t count = 2;
  napi_get_cb_info(env, info, &count, args, nullptr, nullptr);
  Receiver* receiver = count == 2 ? receiverOf(env, args[0]) : nullptr;
  if (receiver == nullptr) return misuse(env, "watch() wants a receiver");
  if (receiver->fd < 0) return fail(env, "epoll_ctl", EBADF);
  if (receiver->poll == nullptr) {
    uv_loop_t* loop = nullptr;
    napi_get_uv_event_loop(env, &loop);
    auto* poll = static_cast<uv_poll_t*>(malloc(sizeof(uv_poll_t)));
    const int failed = uv_poll_init(loop, poll, receiver->fd);
    if (failed != 0) {
      free(poll);
      return fail(env, "epoll_ctl", -failed);
    }
    poll->data = receiver;
    receiver->poll = poll;
  }
  if (receiver->callback != nullptr) napi_delete_reference(env, receiver->callback);
  napi_create_reference(env, args[1], 1, &receiver->callback);
  uv_poll_start(receiver->poll, UV_READABLE, readable);
  receiver->watching = true;
  return nullptr;
}

/** close(receiver): frees the socket now; the object is of no use after. */
napi_value closeReceiver(napi_env env, napi_callback_info info) {
  napi_value args[1];
  size_t count = 1;
  napi_get_cb_info(env, info, &count, args, nullptr, nullptr);
  Receiver* receiver = count == 1 ? receiverOf(env, args[0]) : nullptr;
  if (receiver == nullptr) return misuse(env, "close() wants a receiver");
  release(receiver);
  return nullptr;
}

}  // namespace

NAPI_MODULE_INIT() {
  void* messages = calloc(1, sizeof(Messages));
  if (messages == nullptr) return nullptr;
  napi_set_instance_data(env, messages, [](napi_env, void* data, void*) { free(data); }, nullptr);
  const napi_property_descriptor functions[] = {
      {"open", nullptr, open, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"adopt", nullptr, adopt, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"receive", nullptr, receive, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"setFilters", nullptr, setFilters, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"bufferBytes", nullptr, bufferBytes, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"watch", nullptr, watch, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"close", nullptr, closeReceiver, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
  };
  napi_define_properties(env, exports, sizeof(functions) / sizeof(functions[0]), functions);
  return exports;
}
