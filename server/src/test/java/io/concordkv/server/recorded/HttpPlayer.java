package io.concordkv.server.recorded;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;

/// Plays the steps of an HTTP scenario.
final class HttpPlayer {
  private final HttpClient client;
  private final int port;
  private final Variables variables = new Variables();

  HttpPlayer(HttpClient client, int port) {
    this.client = client;
    this.port = port;
  }

  void play(Scenario scenario) {
    int number = 0;
    for (var step : scenario.steps()) {
      number++;
      try {
        check(step, send(step));
      } catch (IOException e) {
        throw new AssertionError("step " + number + " " + step, e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      } catch (AssertionError e) {
        throw new AssertionError("step " + number + " " + step + "\n" + e, e);
      }
    }
  }

  private HttpResponse<String> send(JsonObject step) throws IOException, InterruptedException {
    var body =
        step.has("body")
            ? BodyPublishers.ofString(step.get("body").getAsString())
            : BodyPublishers.noBody();
    var uri = URI.create("http://127.0.0.1:" + port + step.get("path").getAsString());
    var request =
        HttpRequest.newBuilder(uri)
            .version(HttpClient.Version.HTTP_1_1)
            .method(step.get("method").getAsString(), body)
            .build();
    return client.send(request, BodyHandlers.ofString());
  }

  private void check(JsonObject step, HttpResponse<String> response) {
    expect("status", step.get("status").getAsString(), String.valueOf(response.statusCode()));
    for (var header : step.getAsJsonObject("headers_out").entrySet()) {
      expect(
          header.getKey(),
          header.getValue().getAsString(),
          response.headers().firstValue(header.getKey()).orElse(""));
    }
    boolean sorted = step.has("body_lines_sorted");
    expect(
        "body",
        step.get("response_body").getAsString(),
        sorted ? sorted(response.body()) : response.body());
  }

  private void expect(String what, String expected, String actual) {
    if (!variables.matches(expected, actual)) {
      throw new AssertionError(what + ": expected " + expected + " but was " + actual);
    }
  }

  private static String sorted(String body) {
    return String.join("", List.of(body.split("(?<=\n)", -1)).stream().sorted().toList());
  }
}
