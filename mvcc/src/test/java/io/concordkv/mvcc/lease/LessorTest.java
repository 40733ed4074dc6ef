package io.concordkv.mvcc.lease;

import io.concordkv.testkit.Golden;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

final class LessorTest {
  private final JumpingClock clock = new JumpingClock();
  private final Lessor lessor = new Lessor(clock);

  @Test
  void a_lessor_tells_its_story() {
    Golden.run(Path.of("golden", "lessor.txt"), this::run);
  }

  private String run(String command) {
    var words = command.split(" ");
    return switch (words[0]) {
      case "promote" -> {
        var leases = new ArrayList<Lease>();
        for (int i = 2; i < words.length; i++) {
          var lease = words[i].split(":");
          leases.add(new Lease(Long.parseLong(lease[0]), Long.parseLong(lease[1])));
        }
        lessor.promote(leases, duration(words[1].substring("grace=".length())));
        yield "ok";
      }
      case "demote" -> {
        lessor.demote();
        yield "ok";
      }
      case "grant" -> {
        lessor.granted(new Lease(Long.parseLong(words[1]), Long.parseLong(words[2])));
        yield "ok";
      }
      case "revoke" -> {
        lessor.revoked(Long.parseLong(words[1]));
        yield "ok";
      }
      case "renew" -> String.valueOf(lessor.renew(Long.parseLong(words[1])));
      case "remaining" -> String.valueOf(lessor.remainingSeconds(Long.parseLong(words[1])));
      case "expired" -> lessor.expired(Integer.parseInt(words[1])).toString();
      case "run" -> {
        clock.run(duration(words[1]));
        yield "ok";
      }
      default -> "unknown command";
    };
  }

  private static Duration duration(String text) {
    return Duration.parse(
        "PT"
            + (text.endsWith("ms")
                ? Double.parseDouble(text.substring(0, text.length() - 2)) / 1000 + "S"
                : text.toUpperCase(java.util.Locale.ROOT)));
  }
}
