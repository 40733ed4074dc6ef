package io.concordkv.bench.engines;

import com.sun.management.OperatingSystemMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/// What all threads of this process have used, in nanoseconds: those of the collector, of the
/// compiler and those that native libraries have too. Where others use the machine it says more
/// than the time that has passed. The clock of the JDK has steps of 10 ms, so on Linux the system
/// is asked.
final class ProcessorTime {
  private static final int CLOCK_PROCESS_CPUTIME_ID = 2;
  private static final MemorySegment ANSWER = Arena.global().allocate(16, 8);
  private static final @Nullable MethodHandle CLOCK = clock();

  private ProcessorTime() {}

  @SuppressWarnings("restricted")
  private static @Nullable MethodHandle clock() {
    if (!System.getProperty("os.name").equals("Linux")) {
      return null;
    }
    var linker = Linker.nativeLinker();
    var type =
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS);
    return linker
        .defaultLookup()
        .find("clock_gettime")
        .map(found -> linker.downcallHandle(found, type))
        .orElse(null);
  }

  /// Called by one thread.
  static long nanos() {
    var clock = CLOCK;
    if (clock == null) {
      return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }
    try {
      int _ = (int) clock.invokeExact(CLOCK_PROCESS_CPUTIME_ID, ANSWER);
    } catch (Throwable failed) {
      throw new AssertionError(failed);
    }
    long seconds = ANSWER.get(ValueLayout.JAVA_LONG, 0);
    return seconds * 1_000_000_000L + ANSWER.get(ValueLayout.JAVA_LONG, 8);
  }
}
