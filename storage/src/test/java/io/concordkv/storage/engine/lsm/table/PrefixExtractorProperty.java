package io.concordkv.storage.engine.lsm.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordkv.base.Bytes;
import io.concordkv.storage.engine.KeyRange;
import io.concordkv.testkit.Gen;
import java.util.List;
import org.junit.jupiter.api.Test;

/// If a range is said to have one prefix, every key in it has that one.
final class PrefixExtractorProperty {
  private static final List<PrefixExtractor> ALL =
      List.of(
          new PrefixExtractor(false, 1),
          new PrefixExtractor(false, 2),
          new PrefixExtractor(false, 3),
          new PrefixExtractor(true, 1),
          new PrefixExtractor(true, 'b'),
          new PrefixExtractor(true, 0xFF));

  @Test
  void every_key_in_a_range_has_the_prefix_of_the_range() {
    int[] told = {0};
    Gen.check(3000, gen -> told[0] += check(gen));
    assertThat(told[0]).isGreaterThan(1000);
  }

  private static int check(Gen gen) {
    var extractor = gen.oneOf(ALL);
    var from = gen.smallBytes(4);
    var range =
        gen.flag()
            ? KeyRange.prefix(from)
            : new KeyRange(from, gen.flag() ? null : from.plus(gen.smallBytes(2)));
    var prefix = extractor.of(range);
    for (int i = 0; i < 50; i++) {
      var key = gen.flag() ? from.plus(gen.smallBytes(3)) : gen.smallBytes(5);
      if (prefix != null && range.contains(key)) {
        assertThat(extractor.of(key)).as("%s in %s", key, range).isEqualTo(prefix);
      }
    }
    return prefix == null ? 0 : 1;
  }

  @Test
  void a_prefix_has_so_many_bytes_or_ends_with_the_first_delimiter() {
    var three = new PrefixExtractor(false, 3);
    var path = new PrefixExtractor(true, '/');
    assertThat(three.of(Bytes.of("abcd"))).isEqualTo(Bytes.of("abc"));
    assertThat(three.of(Bytes.of("ab"))).isNull();
    assertThat(path.of(Bytes.of("a/b/c"))).isEqualTo(Bytes.of("a/"));
    assertThat(path.of(Bytes.of("abc"))).isNull();
    assertThat(path.of(KeyRange.prefix(Bytes.of("a/b")))).isEqualTo(Bytes.of("a/"));
    assertThat(path.of(KeyRange.prefix(Bytes.of("a")))).isNull();
    assertThat(three.of(new KeyRange(Bytes.of("abc1"), Bytes.of("abd"))))
        .isEqualTo(Bytes.of("abc"));
    assertThat(three.of(new KeyRange(Bytes.of("abc1"), Bytes.of("abd0")))).isNull();
  }
}
