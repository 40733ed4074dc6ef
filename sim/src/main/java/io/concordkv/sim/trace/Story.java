package io.concordkv.sim.trace;

import io.concordkv.raft.Message;
import io.concordkv.raft.RaftStatus;
import io.concordkv.raft.Role;
import io.concordkv.replica.wire.MessageCodec;
import io.concordkv.sim.cluster.SimCluster;
import io.concordkv.sim.cluster.SimNode;
import io.concordkv.sim.net.Wiretap;
import io.concordkv.testkit.Simulation;
import io.concordkv.transport.Frame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/// The story of one run: a line for each fault, each message, and each event that changed a node,
/// with a column for each node, and at the end a sequence diagram of the last messages.
///
/// A column reads `L t7 120/118/118`: role (Follower, Pre-candidate, Candidate, Leader), term, then
/// the last, the committed and the applied index.
public final class Story implements Wiretap {
  private static final int MAX_LINES = 200_000;
  private static final int MAX_ARROWS = 50;

  private final ArrayDeque<String> lines = new ArrayDeque<>();
  private final ArrayDeque<String> arrows = new ArrayDeque<>();
  private final TreeMap<Long, String> names = new TreeMap<>();
  private final List<String> columns = new ArrayList<>();
  private final Simulation simulation;
  private final SimCluster cluster;

  public Story(Simulation simulation, SimCluster cluster) {
    this.simulation = simulation;
    this.cluster = cluster;
    cluster.nodes().forEach(_ -> columns.add(""));
  }

  /// Something that is no message and no change of a node.
  public void tell(String what) {
    add("   " + what);
  }

  /// To be called after every event.
  public void look() {
    boolean changed = false;
    while (columns.size() < cluster.nodes().size()) {
      columns.add("");
    }
    for (int i = 0; i < columns.size(); i++) {
      var column = column(cluster.nodes().get(i));
      changed |= !column.equals(columns.set(i, column));
    }
    if (changed) {
      var line = new StringBuilder("| ");
      columns.forEach(column -> line.append(String.format(Locale.ROOT, "%-24s| ", column)));
      add(line.toString());
    }
  }

  private static String column(SimNode node) {
    var up = node.up();
    if (up == null) {
      return node.lost() ? "lost" : node.running() ? "opening" : "down";
    }
    return column(up.raftStatus());
  }

  private static String column(RaftStatus status) {
    return letter(status.role())
        + (status.suspect() ? "? t" : " t")
        + status.hardState().term()
        + ' '
        + status.last().index()
        + '/'
        + status.hardState().committed()
        + '/'
        + status.applied();
  }

  private static char letter(Role role) {
    return switch (role) {
      case FOLLOWER -> 'F';
      case PRE_CANDIDATE -> 'P';
      case CANDIDATE -> 'C';
      case LEADER -> 'L';
    };
  }

  @Override
  public void sent(long from, long to, Frame frame) {
    var what =
        frame.kind() <= MessageCodec.LAST_KIND
            ? words(MessageCodec.decode(from, to, frame))
            : "kind " + frame.kind() + " of " + frame.payload().length() + " bytes";
    add(name(from) + " -> " + name(to) + ": " + what);
    if (arrows.size() == MAX_ARROWS) {
      arrows.removeFirst();
    }
    arrows.add("  " + name(from) + "->>" + name(to) + ": " + what.replace(';', ','));
  }

  private static String words(Message message) {
    return switch (message) {
      case Message.Append m ->
          "Append t%d after %d.%d entries %d commit %d"
              .formatted(
                  m.term(),
                  m.previous().term(),
                  m.previous().index(),
                  m.entries().size(),
                  m.commit());
      default -> message.toString().replaceAll("(from|to)=-?[0-9]+, ", "");
    };
  }

  private String name(long id) {
    if (!names.containsKey(id)) {
      cluster.nodes().forEach(node -> names.put(node.id(), node.name()));
    }
    return names.getOrDefault(id, Long.toHexString(id));
  }

  private void add(String what) {
    if (lines.size() == MAX_LINES) {
      lines.removeFirst();
    }
    lines.add(String.format(Locale.ROOT, "%12.6f %s", simulation.nanos() / 1e9, what));
  }

  /// Writes it to `file`, with `head` before it.
  public void write(Path file, List<String> head) throws IOException {
    var all = new ArrayList<>(head);
    all.addAll(lines);
    all.add("");
    all.add("```mermaid");
    all.add("sequenceDiagram");
    cluster.nodes().forEach(node -> all.add("  participant " + node.name()));
    all.addAll(arrows);
    all.add("```");
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.write(file, all);
  }
}
