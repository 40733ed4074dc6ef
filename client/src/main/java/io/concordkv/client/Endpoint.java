package io.concordkv.client;

/// Where a member listens for clients.
///
/// @param text as the user wrote it: shown in messages
public record Endpoint(String host, int port, String text) {
  private static final int DEFAULT_PORT = 2379;

  /// `host`, `host:port`, `[::1]:port`, each also with `http://` before it.
  public static Endpoint parse(String text) {
    var rest = text.strip();
    if (rest.startsWith("https://") || rest.startsWith("unixs://")) {
      throw new IllegalArgumentException(
          "endpoint " + text + " asks for TLS, which is not supported yet; use http://");
    }
    if (rest.startsWith("unix://")) {
      throw new IllegalArgumentException("endpoint " + text + ": unix sockets are not supported");
    }
    rest = rest.startsWith("http://") ? rest.substring("http://".length()) : rest;
    rest = rest.endsWith("/") ? rest.substring(0, rest.length() - 1) : rest;
    var colon = rest.lastIndexOf(':');
    var portGiven = colon > rest.lastIndexOf(']') && colon == rest.indexOf(':', hostEnd(rest));
    var host = portGiven ? rest.substring(0, colon) : rest;
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    if (host.isEmpty() || host.contains("/")) {
      throw new IllegalArgumentException("endpoint \"" + text + "\" is not of the form host:port");
    }
    return new Endpoint(
        host, portGiven ? port(text, rest.substring(colon + 1)) : DEFAULT_PORT, text);
  }

  private static int hostEnd(String rest) {
    return Math.max(0, rest.indexOf(']'));
  }

  private static int port(String text, String digits) {
    try {
      var port = Integer.parseInt(digits);
      if (port > 0 && port < 65536) {
        return port;
      }
    } catch (NumberFormatException e) {
      // told below, as any other number that is no port
    }
    throw new IllegalArgumentException("endpoint \"" + text + "\" has no valid port");
  }

  @Override
  public String toString() {
    return text;
  }
}
