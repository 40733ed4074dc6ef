package io.concordkv.bench;

/// Clients at work. All methods are called on the loop of the [Channels].
interface Load {
  /// Every client asks, and asks again whenever it was answered.
  void start();

  /// No client asks again.
  void stop();

  /// Whether all clients were answered after [#stop()].
  boolean idle();
}
