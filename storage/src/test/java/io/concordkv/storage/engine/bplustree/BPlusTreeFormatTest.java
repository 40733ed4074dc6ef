package io.concordkv.storage.engine.bplustree;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.WriteBatch;
import io.concordkv.testkit.SimEnv;
import io.concordkv.testkit.Simulation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/// The example in docs/formats is what is written, byte for byte: files of released versions stay
/// readable only if this never changes.
final class BPlusTreeFormatTest {
  private static final BPlusTreeOptions OPTIONS =
      new BPlusTreeOptions(128, 1, 1, 1 << 20, 1, 1 << 20);

  private final Simulation simulation = new Simulation(1);
  private final SimEnv env = simulation.env("n1");

  @Test
  void the_example_is_what_is_written() throws IOException {
    var loader = loaded();
    loader.publish(5).close();
    var dump = new StringBuilder();
    dump(dump, 0, Head.USED_BYTES);
    dump.append("...\n");
    dump(dump, Head.SLOTS_BYTES, content().length);
    var root = Path.of(System.getProperty("concord.root", ".."));
    assertThat(Files.readString(root.resolve("docs/formats/bplustree.md")))
        .contains("```\n" + dump + "```\n");
  }

  @Test
  void the_example_is_read_back() {
    loaded().publish(5).close();
    var engine = BPlusTreeEngine.open(env, "d", OPTIONS);
    assertThat(engine.mark()).isEqualTo(5);
    assertThat(engine.get(Bytes.of("apple"))).isEqualTo(Bytes.of("red"));
    assertThat(engine.get(Bytes.of("apple pie"))).isEqualTo(Bytes.of("gold"));
    assertThat(engine.get(Bytes.of("appl"))).isNull();
    engine.write(new WriteBatch().put(Bytes.of("appl"), Bytes.of("x")));
    engine.sync();
    assertThat(engine.count()).isEqualTo(4);
    engine.close();
  }

  private TreeLoader loaded() {
    env.files().createDirectories("d");
    var loader = new TreeLoader(env.files(), "d", 7, OPTIONS);
    loader.add(Bytes.of("apple"), Bytes.of("red"));
    loader.add(Bytes.of("apple pie"), Bytes.of("gold"));
    loader.add(Bytes.of("apple pie a la mode"), Bytes.of("all"));
    loader.seal();
    return loader;
  }

  private byte[] content() {
    return simulation.disk("n1").content("d/0000000000000007.tree");
  }

  private void dump(StringBuilder dump, int from, int to) {
    var content = content();
    var hex = HexFormat.ofDelimiter(" ");
    for (int at = from; at < to; at += 16) {
      dump.append("%04x  ".formatted(at))
          .append(hex.formatHex(content, at, Math.min(to, at + 16)))
          .append('\n');
    }
  }
}
