package io.concordkv.node;

import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.node.shard.Member;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Who a node is to be, as its operator says. Looked at when it starts for the first time; later
/// only to refuse the data of another cluster or member.
///
/// @param name this node's, a key of `initialCluster`
/// @param clusterToken keeps clusters with equal peer URLs apart
/// @param initialCluster each first member's peer URLs
/// @param clientUrls where clients reach this node
/// @param founding whether these settings make a new cluster; if not, a node that has no data yet
///   needs to know the cluster that it `joins`
public record Bootstrap(
    String name,
    String clusterToken,
    SortedMap<String, List<String>> initialCluster,
    List<String> clientUrls,
    boolean founding,
    @Nullable Existing joins) {
  /// A cluster that exists, as one of its members knows it.
  ///
  /// @param member what the joining node's id is there
  public record Existing(long cluster, long member, List<Member> members) {
    public Existing {
      members = List.copyOf(members);
    }
  }

  public Bootstrap {
    var members = new TreeMap<String, List<String>>();
    initialCluster.forEach((member, urls) -> members.put(member, List.copyOf(urls)));
    initialCluster = Collections.unmodifiableSortedMap(members);
    clientUrls = List.copyOf(clientUrls);
    if (!initialCluster.containsKey(name)) {
      throw new ConcordException(
          ErrorCode.MEMBER_NOT_FOUND,
          "this node is named \""
              + name
              + "\", but the initial cluster has only "
              + String.join(", ", initialCluster.keySet())
              + ": give it one of these names, or add it there");
    }
  }

  /// One of the first members of a new cluster.
  public Bootstrap(
      String name,
      String clusterToken,
      SortedMap<String, List<String>> initialCluster,
      List<String> clientUrls) {
    this(name, clusterToken, initialCluster, clientUrls, true, null);
  }
}
