package io.concordkv.server;

import java.util.LinkedHashMap;
import java.util.Map;

/// An answer to an HTTP request.
record HttpAnswer(int status, String body, Map<String, String> headers) {
  private static final String TEXT = "text/plain; charset=utf-8";

  HttpAnswer {
    headers = new LinkedHashMap<>(headers);
  }

  static HttpAnswer text(String body) {
    return new HttpAnswer(200, body, Map.of("Content-Type", TEXT));
  }

  static HttpAnswer json(String body) {
    return new HttpAnswer(200, body, Map.of("Content-Type", "application/json"));
  }

  /// As servers written in Go refuse: the text gets a line of its own.
  static HttpAnswer error(int status, String text) {
    return new HttpAnswer(status, text + "\n", Map.of("Content-Type", TEXT)).unsniffed();
  }

  static HttpAnswer notFound() {
    return error(404, "404 page not found");
  }

  static HttpAnswer onlyGet() {
    return error(405, "Method Not Allowed").with("Allow", "GET");
  }

  HttpAnswer unsniffed() {
    return with("X-Content-Type-Options", "nosniff");
  }

  HttpAnswer anyOrigin() {
    return with("Access-Control-Allow-Origin", "*")
        .with("Access-Control-Allow-Methods", "POST, GET, OPTIONS, PUT, DELETE")
        .with("Access-Control-Allow-Headers", "accept, content-type, authorization");
  }

  HttpAnswer with(String header, String value) {
    var more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new HttpAnswer(status, body, more);
  }
}
