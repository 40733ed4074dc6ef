package io.concordkv.node;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What is wrong with this node's data: for its status, and for whoever tells a person.
final class Alarms {
  /// What may be damaged.
  enum Part {
    LOG,
    STATE
  }

  private static final int MAX_UNTOLD = 100;

  private final TreeMap<Part, String> standing = new TreeMap<>();
  private final List<String> untold = new ArrayList<>();
  private @Nullable Consumer<String> observer;

  /// Tells `told` what is raised and settled from now on, and what was before anybody listened.
  void observe(Consumer<String> told) {
    observer = told;
    untold.forEach(told);
    untold.clear();
  }

  /// Something is wrong until it is [#settle]d.
  void raise(Part part, String what) {
    if (standing.put(part, what) == null) {
      note("alarm=" + part + " problem=\"" + what + "\"");
    }
  }

  void settle(Part part, String how) {
    if (standing.remove(part) != null) {
      note("settled=" + part + " how=\"" + how + "\"");
    }
  }

  /// Something was found that needs nothing more to be done.
  void note(String what) {
    if (observer != null) {
      observer.accept(what);
    } else if (untold.size() < MAX_UNTOLD) {
      untold.add(what);
    }
  }

  boolean raised(Part part) {
    return standing.containsKey(part);
  }

  List<String> standing() {
    return List.copyOf(standing.values());
  }
}
