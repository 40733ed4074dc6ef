package io.concordkv.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterIdsTest {
  /// These ids were printed by an etcd 3.7.1 started with this URL and token.
  @Test
  void ids_are_those_that_etcd_derives() {
    long member = ClusterIds.member(List.of("http://127.0.0.1:27091"), "golden-token");

    assertThat(Long.toUnsignedString(member)).isEqualTo("6718590243732489193");
    assertThat(Long.toUnsignedString(ClusterIds.cluster(List.of(member))))
        .isEqualTo("1231378795181257193");
  }

  @Test
  void the_order_of_urls_and_members_does_not_matter() {
    assertThat(ClusterIds.member(List.of("http://b:1", "http://a:1"), "t"))
        .isEqualTo(ClusterIds.member(List.of("http://a:1", "http://b:1"), "t"));
    assertThat(ClusterIds.cluster(List.of(-1L, 1L, 7L)))
        .isEqualTo(ClusterIds.cluster(List.of(7L, -1L, 1L)));
  }

  @Test
  void another_token_makes_another_member() {
    assertThat(ClusterIds.member(List.of("http://a:1"), "one"))
        .isNotEqualTo(ClusterIds.member(List.of("http://a:1"), "two"));
  }
}
