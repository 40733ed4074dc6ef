package io.concordkv.cli.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordkv.node.command.Standing;
import io.concordkv.node.shard.Member;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MembersPageTest {
  private static final List<Member> MEMBERS =
      List.of(
          new Member(
              -2,
              "n\"1",
              List.of("http://a:1", "http://b:1"),
              List.of("http://c:1"),
              Standing.VOTER,
              0),
          Member.unstarted(7, List.of("http://d:1"), Standing.LEARNER),
          Member.unstarted(8, List.of("http://e:1"), Standing.WITNESS));

  @Test
  void the_page_is_what_etcd_answers_to_its_peers() {
    assertThat(MembersPage.of(MEMBERS))
        .isEqualTo(
            "[{\"id\":18446744073709551614,\"peerURLs\":[\"http://a:1\",\"http://b:1\"],"
                + "\"name\":\"n\\\"1\",\"clientURLs\":[\"http://c:1\"]},"
                + "{\"id\":7,\"peerURLs\":[\"http://d:1\"],\"isLearner\":true},"
                + "{\"id\":8,\"peerURLs\":[\"http://e:1\"],\"isWitness\":true}]");
  }

  @Test
  void what_was_written_is_read_back() {
    assertThat(MembersPage.parse(MembersPage.of(MEMBERS))).isEqualTo(MEMBERS);
  }

  @Test
  void anything_else_is_no_page() {
    assertThatThrownBy(() -> MembersPage.parse("404 page not found"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> MembersPage.parse("[{}]"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
