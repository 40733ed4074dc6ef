package io.concordkv.testkit;

/// What the command line of a test would have set.
final class SystemProperty {
  private SystemProperty() {}

  /// Runs `task` with the property set, and puts back what was there.
  static void with(String name, String value, Runnable task) {
    var before = System.getProperty(name);
    System.setProperty(name, value);
    try {
      task.run();
    } finally {
      if (before == null) {
        System.clearProperty(name);
      } else {
        System.setProperty(name, before);
      }
    }
  }
}
