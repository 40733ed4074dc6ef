package io.concordkv.house.planted.base.env;

public final class RealWorld {
  private RealWorld() {}

  public static long nanos() {
    return System.nanoTime();
  }
}
