package io.concordkv.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The scripts that people type. The jar that they start is there: tests with processes run after
/// it was packed.
final class LauncherIT {
  private static final Path BIN =
      Path.of(System.getProperty("concord.root", "..")).toAbsolutePath().normalize().resolve("bin");

  private static Ran run(Map<String, String> environment, String script, String... arguments) {
    var command = new ArrayList<>(List.of(BIN.resolve(script).toString()));
    command.addAll(List.of(arguments));
    return Ran.program(environment, "", command);
  }

  @Test
  void etcd_says_the_level_of_its_api_first(@TempDir Path cache) {
    var said =
        run(
            Map.of("XDG_CACHE_HOME", cache.toString(), "CONCORD_CACHE", "off"),
            "etcd",
            "--version");
    assertThat(said.succeeded().lines().findFirst()).contains("etcd Version: 3.7.1");
    assertThat(said.out()).contains("ConcordKV Version: ");
  }

  @Test
  void concord_lists_its_commands() {
    var said = run(Map.of("CONCORD_CACHE", "off"), "concord", "--help");
    assertThat(said.succeeded()).contains("put", "lease", "move-leader", "concord server");
    assertThat(run(Map.of("CONCORD_CACHE", "off"), "concord", "help", "exit-codes").succeeded())
        .contains(" 128  an argument is missing");
  }

  @Test
  void a_server_started_by_the_script_becomes_ready_and_obeys_a_signal(@TempDir Path directory)
      throws IOException {
    var ports = Sockets.free(2);
    var log = directory.resolve("log").toFile();
    var builder =
        new ProcessBuilder(
            BIN.resolve("etcd").toString(),
            "--name",
            "n1",
            "-data-dir=" + directory.resolve("data"),
            "--listen-client-urls",
            "http://127.0.0.1:" + ports.get(0),
            "--advertise-client-urls=http://127.0.0.1:" + ports.get(0),
            "--listen-peer-urls=http://127.0.0.1:" + ports.get(1),
            "--initial-advertise-peer-urls=http://127.0.0.1:" + ports.get(1),
            "--initial-cluster=n1=http://127.0.0.1:" + ports.get(1),
            "--strict-reconfig-check=false",
            "--pre-vote=true");
    builder.environment().put("CONCORD_CACHE", "off");
    var process = builder.redirectErrorStream(true).redirectOutput(log).start();
    try {
      Eventually.holds(
          "the server is ready",
          Duration.ofSeconds(60),
          () -> read(log.toPath()).contains("ready to serve client requests"));
      process.destroy();
      Eventually.holds("the server stops", Duration.ofSeconds(20), () -> !process.isAlive());
      assertThat(process.exitValue()).isIn(0, 143);
      assertThat(read(log.toPath())).contains("--pre-vote is accepted and has no effect here");
    } finally {
      process.destroyForcibly();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }

  /// What the scripts use, in a directory in which there is no java.
  private static Path toolsWithoutJava(Path directory) throws IOException {
    var tools = Files.createDirectories(directory.resolve("tools"));
    for (var tool : List.of("sh", "sed", "sort", "cut", "dirname", "readlink", "cat")) {
      var place = Files.exists(Path.of("/bin", tool)) ? "/bin" : "/usr/bin";
      Files.createSymbolicLink(tools.resolve(tool), Path.of(place, tool));
    }
    return tools;
  }

  @Test
  void a_jdk_that_is_too_old_is_named_with_what_else_was_tried(@TempDir Path directory)
      throws IOException {
    var old = directory.resolve("jdk-17");
    Files.createDirectories(old.resolve("bin"));
    Files.writeString(old.resolve("release"), "JAVA_VERSION=\"17.0.2\"\n");
    for (var program : List.of("java", "javac")) {
      var file = Files.writeString(old.resolve("bin").resolve(program), "#!/bin/sh\nexit 1\n");
      assertThat(file.toFile().setExecutable(true)).isTrue();
    }
    var ran =
        run(
            Map.of(
                "CONCORD_JAVA_HOME", old.toString(),
                "JAVA_HOME", directory.toString(),
                "CONCORD_JDK_PLACES", directory.toString(),
                "HOME", directory.toString(),
                "PATH", toolsWithoutJava(directory).toString()),
            "concord",
            "--version");
    assertThat(ran.exit()).isEqualTo(4);
    assertThat(ran.err())
        .contains("needs a JDK 25 or newer and found none")
        .contains("CONCORD_JAVA_HOME: " + old + " is version 17")
        .contains("JAVA_HOME: " + directory + " holds no bin/java");
  }
}
