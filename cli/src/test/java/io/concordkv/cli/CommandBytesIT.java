package io.concordkv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.cli.command.Commands;
import io.concordkv.cli.command.Root;
import io.concordkv.cli.command.Session;
import io.concordkv.cli.command.Words;
import io.concordkv.cli.print.Out;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Our commands print what etcdctl printed: every recorded command line that we have is run against
/// a fresh server, and exit code and output are compared byte by byte.
final class CommandBytesIT {
  private static final List<String> SCENARIOS =
      List.of(
          "ctl/put",
          "ctl/get",
          "ctl/del",
          "ctl/txn",
          "ctl/compaction",
          "ctl/lease",
          "ctl/lease-list",
          "ctl/member");

  /// Where we mean to differ, and why.
  private static final Map<String, String> DIFFERENT =
      Map.of(
          "put a 5 -w table", "refused before the put is done, not after",
          "put a 5 -w protobuf", "there is no protobuf output; refused before the put is done",
          "get a b c", "a third argument is refused, not left out of account",
          "get a c --count-only", "prints the count",
          "get a c --count-only -w json", "prints the answer",
          "get a -w table", "refused in the same words",
          "del a z", "does not wait for two seconds",
          "lease", "the help is our own",
          "lease nope", "the help is our own");

  /// Stored although etcdctl then failed to print the answer: done for us by a plain put.
  private static final List<String> STORED_ALL_THE_SAME =
      List.of("put a 5 -w table", "put a 5 -w protobuf");

  @TestFactory
  Stream<DynamicTest> our_commands_print_what_etcdctl_prints() throws IOException {
    var recorded = recorded();
    assertThat(recorded).hasSize(SCENARIOS.size());
    return recorded.stream()
        .map(scenario -> DynamicTest.dynamicTest(name(scenario), () -> replay(scenario)));
  }

  private static String name(JsonNode scenario) {
    return scenario.get("scenario").asString();
  }

  private static List<JsonNode> recorded() throws IOException {
    var json = JsonMapper.builder().build();
    var scenarios = new ArrayList<JsonNode>();
    try (var lines = CommandBytesIT.class.getResourceAsStream("/golden/etcdctl.jsonl")) {
      assertThat(lines).isNotNull();
      for (var line : new String(lines.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
        var scenario = json.readTree(line);
        if (SCENARIOS.contains(name(scenario))) {
          scenarios.add(scenario);
        }
      }
    }
    return scenarios;
  }

  private static void replay(JsonNode scenario) {
    var wrong = new ArrayList<String>();
    try (var cluster = ProcessCluster.start(name(scenario).replace('/', '-'), 1)) {
      var pattern = new RecordedText();
      pattern.bind("endpoint", cluster.endpoints());
      pattern.replace("golden", ProcessCluster.name(0));
      pattern.replace("http://127.0.0.1:27091", "http://127.0.0.1:" + cluster.peerPort(0));
      pattern.replace("http://127.0.0.1:27090", "http://127.0.0.1:" + cluster.clientPort(0));
      for (var step : scenario.get("steps").values()) {
        step(cluster.endpoints(), pattern, step, wrong);
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static void step(
      String endpoints, RecordedText recorded, JsonNode step, List<String> wrong) {
    if (!step.has("cmd")) {
      return;
    }
    var command = step.get("cmd").asString();
    var words = Words.of(recorded.fill(command));
    if (STORED_ALL_THE_SAME.contains(command)) {
      words = words.subList(0, 3);
    }
    var input = step.has("stdin") ? step.get("stdin").asString() : "";
    var ran = run(endpoints, input, words);
    if (DIFFERENT.containsKey(command)) {
      return;
    }
    var panicked = step.get("exit").asInt() == 2 && text(step, "stderr").startsWith("panic:");
    if (panicked) {
      return;
    }
    if (ran.exit() != step.get("exit").asInt()) {
      wrong.add(command + ": exit " + ran.exit() + ", recorded " + step.get("exit") + ran.err());
    } else if (variants(ran.out())
        .noneMatch(printed ->
            recorded.matches(
                text(step, "stdout").replace(" ($sorted)", ""),
                printed,
                step.has("whitespace_collapsed")))) {
      wrong.add(command + ": printed\n" + ran.out() + "recorded\n" + text(step, "stdout"));
    } else if (!ran.err().startsWith(firstLine(text(step, "stderr")))) {
      wrong.add(command + ": complained\n" + ran.err() + "recorded\n" + text(step, "stderr"));
    }
  }

  /// Ids are drawn anew here: a short one has blanks before it, and of two members either may be
  /// the first.
  private static Stream<String> variants(String printed) {
    var plain = printed.replaceAll("(Member|cluster) +", "$1 ");
    return Stream.of(
        plain,
        plain.replaceAll("(?m)^(ETCD_INITIAL_CLUSTER=\")([^,\n]*),([^,\n]*)\"", "$1$3,$2\""),
        plain.replaceAll("\\A(.*\n)(.*\n)\\z", "$2$1"));
  }

  private static String text(JsonNode step, String field) {
    return step.has(field) ? step.get(field).asString() : "";
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }

  private static Ran run(String endpoints, String input, List<String> words) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    try (var session =
        new Session(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            new Out(out),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Map.of("CONCORD_ENDPOINTS", endpoints))) {
      var exit = Commands.line(new Root(session)).execute(words.toArray(String[]::new));
      return new Ran(
          exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
  }
}
