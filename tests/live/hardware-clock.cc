// Runs the clock of hardware-clock.hpp: reads pairs of a controller's time and the kernel's, in microseconds, and prints the
// wall time that it makes of each.
#include "../../src/vehicle/bus/live/hardware-clock.hpp"

#include <cstdio>

int main() {
  HardwareClock clock;
  double hardwareUs, kernelUs;
  while (std::scanf("%lf %lf", &hardwareUs, &kernelUs) == 2) std::printf("%.3f\n", clock.wallUs(hardwareUs, kernelUs));
  return 0;
}
