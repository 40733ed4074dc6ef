package io.concordkv.bench.engines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;

class PairsTest {
  @Test
  void numbers_come_as_often_as_zipfs_law_says() {
    int count = 1000;
    int draws = 300_000;
    var often = new long[count];
    for (int drawn : new Zipf(count, 0.99, new SplittableRandom(5)).draw(draws)) {
      often[drawn]++;
    }
    double all = 0;
    for (int i = 1; i <= count; i++) {
      all += Math.pow(i, -0.99);
    }
    for (int i : new int[] {0, 1, 2, 9, 99, 499, 999}) {
      double expected = draws * Math.pow(i + 1, -0.99) / all;
      // Five standard deviations.
      assertThat((double) often[i])
          .as("%s", i)
          .isCloseTo(expected, within(5 * Math.sqrt(expected)));
    }
    double firstTen = 0;
    for (int i = 1; i <= 10; i++) {
      firstTen += Math.pow(i, -0.99) / all;
    }
    assertThat(Arrays.stream(often, 0, 10).sum() / (double) draws)
        .isCloseTo(firstTen, within(0.005));
  }

  @Test
  void every_order_has_every_key_once_and_none_that_is_missing() {
    int count = 10_007;
    var pairs = new Pairs(count, Pairs.VALUE_BYTES);
    var shuffled = new TreeSet<String>();
    var reshuffled = new TreeSet<String>();
    var missing = new TreeSet<String>();
    for (int i = 0; i < count; i++) {
      shuffled.add(pairs.shuffled(i).toUtf8());
      reshuffled.add(pairs.reshuffled(i).toUtf8());
      missing.add(pairs.missing(i).toUtf8());
    }
    assertThat(reshuffled).isEqualTo(shuffled).hasSize(count);
    assertThat(missing).hasSize(count).doesNotContainAnyElementsOf(shuffled);
    assertThat(shuffled.first()).isEqualTo(pairs.ascending(0).toUtf8());
    assertThat(shuffled.last()).isEqualTo(pairs.ascending(count - 1).toUtf8());
  }

  @Test
  void half_of_the_values_can_be_compressed_away() {
    var pairs = new Pairs(200, Pairs.VALUE_BYTES);
    var block = new byte[200 * 100];
    for (int i = 0; i < 200; i++) {
      pairs.value(i).copyTo(block, i * 100);
    }
    var deflater = new Deflater();
    deflater.setInput(block);
    deflater.finish();
    int compressed = deflater.deflate(new byte[block.length * 2]);
    deflater.end();
    assertThat((double) compressed / block.length).isBetween(0.5, 0.6);
  }
}
