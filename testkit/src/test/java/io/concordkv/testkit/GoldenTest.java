package io.concordkv.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.base.InvariantError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Locale;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GoldenTest {
  private static final String STORY =
      """
      # A comment stays.

      # So does this one.
      say hello
      and more
      ----
      SAY HELLO
      AND MORE

      nothing
      ----

      say end
      ----
      SAY END
      """;

  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void name() {
    file = directory.resolve("story.txt").toAbsolutePath();
  }

  private static String shout(String command) {
    return command.equals("nothing") ? "" : command.toUpperCase(Locale.ROOT);
  }

  private void run(String mode, String story, Function<String, String> run) {
    try {
      Files.writeString(file, story);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    SystemProperty.with("golden", mode, () -> Golden.run(file, run));
  }

  private void check(String story, Function<String, String> run) {
    run("check", story, run);
  }

  @Test
  void a_story_that_comes_true_passes() {
    var commands = new ArrayList<String>();
    check(
        STORY,
        command -> {
          commands.add(command);
          return shout(command);
        });
    assertThat(commands).containsExactly("say hello\nand more", "nothing", "say end");
  }

  @Test
  void every_block_that_differs_is_shown_with_its_line() {
    assertThatThrownBy(() -> check(STORY, command -> shout(command) + "!"))
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith("3 blocks differ")
        .hasMessageContaining("story.txt:4\nsay hello\nand more")
        .hasMessageContaining("expected:\nSAY END\nactual:\nSAY END!");
    assertThat(file).hasContent(STORY);
  }

  @Test
  void output_that_is_missing_or_too_much_differs() {
    assertThatThrownBy(() -> check(STORY, _ -> "")).hasMessageStartingWith("2 blocks differ");
    assertThatThrownBy(() -> check(STORY, command -> shout(command) + "\nmore"))
        .hasMessageStartingWith("3 blocks differ");
  }

  @Test
  void writing_keeps_all_but_the_output() throws IOException {
    run("write", STORY, command -> shout(command).replace("HELLO", "GOODBYE"));
    assertThat(Files.readString(file)).isEqualTo(STORY.replace("HELLO", "GOODBYE"));
    run("write", STORY, GoldenTest::shout);
    assertThat(Files.readString(file)).isEqualTo(STORY);
  }

  @Test
  void a_command_without_an_end_and_output_with_a_gap_are_refused() {
    assertThatThrownBy(() -> check("say hello\n", GoldenTest::shout))
        .isInstanceOf(InvariantError.class);
    assertThatThrownBy(() -> check(STORY, _ -> "one\n\nthree")).isInstanceOf(InvariantError.class);
  }
}
