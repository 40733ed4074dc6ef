package io.concordkv.server.recorded;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import java.util.ArrayList;
import java.util.List;

/// What gson's arrays lack.
final class Json {
  private Json() {}

  static List<JsonElement> list(JsonArray array) {
    var list = new ArrayList<JsonElement>();
    array.forEach(list::add);
    return list;
  }
}
