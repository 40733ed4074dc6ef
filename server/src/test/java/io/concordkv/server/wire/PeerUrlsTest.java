package io.concordkv.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class PeerUrlsTest {
  private static void isFine(String url) {
    assertThat(PeerUrls.problem(List.of(url))).as(url).isNull();
  }

  private static void isRefused(String url, String why) {
    assertThat(PeerUrls.problem(List.of("http://fine:1", url))).isEqualTo(why + url);
  }

  @Test
  void what_etcd_takes_is_taken() {
    isFine("http://127.0.0.1:2380");
    isFine("https://[::1]:2380");
    isFine("unix://x:1");
    isFine("unixs://whatever/there/is");
    isFine(" http://host:1 ");
  }

  @Test
  void what_etcd_refuses_is_refused_in_its_words() {
    isRefused("bad", "URL scheme must be http, https, unix, or unixs: ");
    isRefused("ftp://a:1", "URL scheme must be http, https, unix, or unixs: ");
    isRefused("http://a", "URL address does not have the form \"host:port\": ");
    isRefused("http://::1:2380", "URL address does not have the form \"host:port\": ");
    isRefused("http://a:1/path", "URL must not contain a path: ");
    assertThat(PeerUrls.problem(List.of())).isEqualTo("no valid URLs given");
  }

  @Test
  void urls_are_stored_in_order() {
    assertThat(PeerUrls.sorted(List.of(" http://b:1", "http://a:1")))
        .containsExactly("http://a:1", "http://b:1");
  }
}
