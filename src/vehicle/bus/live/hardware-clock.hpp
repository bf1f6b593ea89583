// Maps a controller's own clock, which starts where it likes and drifts, to the wall clock: a kernel timestamp is the
// hardware's plus a latency that is never negative, so the smallest difference of the last seconds is the best known offset.
#pragma once

class HardwareClock {
 public:
  /** When a frame was on the bus: microseconds since 1970, from the controller's time of it and the kernel's. */
  double wallUs(double hardwareUs, double kernelUs) {
    const double difference = kernelUs - hardwareUs;
    const double off = difference - least_;
    // A step of either clock, or the very first frame.
    if (!known_ || off > kStepUs || off < -kStepUs) {
      known_ = true;
      least_ = recent_ = difference;
      windowStartUs_ = kernelUs;
    } else if (kernelUs - windowStartUs_ > kWindowUs || kernelUs < windowStartUs_) {
      // The window before ends: what was smallest in it holds, so that a drift in either direction is followed.
      least_ = recent_;
      recent_ = difference;
      windowStartUs_ = kernelUs;
    }
    if (difference < recent_) recent_ = difference;
    if (difference < least_) least_ = difference;
    return hardwareUs + least_;
  }

 private:
  /** A crystal drifts by 100 us in a second at most, so by 0.8 ms in the two windows that the offset is taken from. */
  static constexpr double kWindowUs = 4e6;
  static constexpr double kStepUs = 1e6;
  bool known_ = false;
  double least_ = 0;
  double recent_ = 0;
  double windowStartUs_ = 0;
};
