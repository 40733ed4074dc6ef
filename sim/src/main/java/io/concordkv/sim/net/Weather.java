package io.concordkv.sim.net;

/// How the network behaves at large. Chances are in thousandths, times in microseconds.
///
/// @param loss a frame is lost
/// @param duplication a frame arrives again, perhaps much later
/// @param damage a bit of a frame is turned over
/// @param slow a frame takes `slowMicros` more, up to
/// @param reordered whether frames of a link may overtake one another
public record Weather(
    int loss,
    int duplication,
    int damage,
    int minMicros,
    int maxMicros,
    int slow,
    int slowMicros,
    boolean reordered) {
  public static final Weather FAIR = new Weather(0, 0, 0, 100, 500, 0, 0, false);
}
