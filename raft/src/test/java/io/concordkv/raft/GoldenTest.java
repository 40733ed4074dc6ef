package io.concordkv.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Plays every story of `golden/` and compares what is said with what was recorded.
/// `-Dgolden=write` records anew; the difference is what a review reads.
final class GoldenTest {
  private static final Path STORIES =
      Path.of(System.getProperty("concord.root", ".."), "raft/src/test/resources/golden");

  @TestFactory
  List<DynamicTest> every_story_goes_as_it_was_told() throws IOException {
    try (var files = Files.list(STORIES)) {
      var stories = files.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
      assertThat(stories).hasSizeGreaterThanOrEqualTo(12);
      return stories.stream()
          .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> play(file)))
          .toList();
    }
  }

  private static void play(Path file) throws IOException {
    var recorded = Files.readString(file);
    var told = tell(recorded.lines().toList());
    if (System.getProperty("golden", "check").equals("write")) {
      Files.writeString(file, told);
    } else {
      assertThat(told).isEqualTo(recorded);
    }
  }

  /// Comments and empty lines stay; a command is followed by a line of dashes, what it led to, and
  /// an empty line.
  private static String tell(List<String> lines) {
    var out = new ArrayList<String>();
    var stage = new Stage();
    for (int i = 0; i < lines.size(); i++) {
      var line = lines.get(i);
      if (line.isBlank()) {
        continue;
      }
      if (line.startsWith("#")) {
        if (!out.isEmpty() && !out.getLast().startsWith("#")) {
          out.add("");
        }
        out.add(line);
        continue;
      }
      if (!out.isEmpty() && !out.getLast().startsWith("#")) {
        out.add("");
      }
      out.add(line);
      out.add("----");
      out.addAll(stage.play(line));
      if (i + 1 < lines.size() && lines.get(i + 1).equals("----")) {
        while (i + 1 < lines.size() && !lines.get(i + 1).isBlank()) {
          i++;
        }
      }
    }
    return String.join("\n", out) + "\n";
  }
}
