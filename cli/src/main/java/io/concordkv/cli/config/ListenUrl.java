package io.concordkv.cli.config;

import java.net.URI;
import java.net.URISyntaxException;

/// An address to listen at or to be reached at, as `http://127.0.0.1:2379`.
public record ListenUrl(String host, int port) {
  static ListenUrl parse(String text, String origin) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw new ConfigException(
          origin + ": \"" + text + "\" is not a URL such as http://127.0.0.1:2379");
    }
    var scheme = uri.getScheme() == null ? "" : uri.getScheme();
    switch (scheme) {
      case "http" -> {}
      case "https", "unixs" ->
          throw new ConfigException(
              origin + ": " + text + " asks for TLS, which is not supported yet; use http://");
      case "unix" ->
          throw new ConfigException(origin + ": " + text + ": unix sockets are not supported yet");
      default ->
          throw new ConfigException(
              origin + ": \"" + text + "\" does not begin with http:// (as http://127.0.0.1:2379)");
    }
    var host = uri.getHost();
    if (host == null || uri.getPort() < 0 || uri.getPort() > 65535) {
      throw new ConfigException(origin + ": \"" + text + "\" is not of the form http://host:port");
    }
    if (uri.getPath() != null && !uri.getPath().isEmpty() && !uri.getPath().equals("/")) {
      throw new ConfigException(origin + ": \"" + text + "\" must not have a path");
    }
    if (host.startsWith("[")) {
      host = host.substring(1, host.length() - 1);
    }
    return new ListenUrl(host, uri.getPort());
  }

  boolean everywhere() {
    return host.equals("0.0.0.0") || host.equals("::");
  }

  @Override
  public String toString() {
    return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
