package io.concordkv.server.wire;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What etcd takes for the address of a member.
public final class PeerUrls {
  private static final Pattern URL = Pattern.compile("([a-zA-Z][a-zA-Z0-9+.-]*)://([^/]*)(.*)");

  /// As Go splits it: one colon in front of the port, or a host in brackets.
  private static final Pattern HOST_AND_PORT =
      Pattern.compile("(\\[[^\\[\\]]*]|[^:\\[\\]]*):[^:]*");

  private PeerUrls() {}

  /// What is wrong with them, in etcd's words; null: nothing.
  public static @Nullable String problem(List<String> urls) {
    if (urls.isEmpty()) {
      return "no valid URLs given";
    }
    for (var url : urls) {
      var problem = problem(url.strip());
      if (problem != null) {
        return problem;
      }
    }
    return null;
  }

  private static @Nullable String problem(String url) {
    var parts = URL.matcher(url);
    var scheme = parts.matches() ? parts.group(1) : "";
    return switch (scheme) {
      case "http", "https" -> {
        if (!HOST_AND_PORT.matcher(parts.group(2)).matches()) {
          yield "URL address does not have the form \"host:port\": " + url;
        }
        yield parts.group(3).isEmpty() ? null : "URL must not contain a path: " + url;
      }
      case "unix", "unixs" -> null;
      default -> "URL scheme must be http, https, unix, or unixs: " + url;
    };
  }

  /// As they are stored and hashed.
  public static List<String> sorted(List<String> urls) {
    return urls.stream().map(String::strip).sorted().toList();
  }
}
