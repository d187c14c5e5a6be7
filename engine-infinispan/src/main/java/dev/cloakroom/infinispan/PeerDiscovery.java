package dev.cloakroom.infinispan;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jgroups.Address;
import org.jgroups.Event;
import org.jgroups.Message;
import org.jgroups.PhysicalAddress;
import org.jgroups.conf.ClassConfigurator;
import org.jgroups.protocols.PingData;
import org.jgroups.protocols.PingHeader;
import org.jgroups.protocols.TCPPING;
import org.jgroups.stack.IpAddress;
import org.jgroups.util.Responses;
import org.jspecify.annotations.Nullable;

/**
 * Finds the other nodes by a list of addresses. A node that starts waits for their answers only as long as one of them may
 * have the cluster: a first node founds it at once if all others refuse the connection, that is, if nobody listens there.
 * A peer that accepts the connection, or does not answer at all, is waited for during JGroups's whole timeout.
 */
/*
 * Why this founds one cluster. A node listens before it connects to its peers. Of two nodes that start, let X be refused
 * by Y. Then Y did not listen yet. So Y connects later, X listens, and X gets Y's question. Each of two nodes therefore
 * gets the other's question, or has the other's answer to its own.
 *
 * A node decides to found the cluster only when three things hold. Each peer has refused, or has answered that it has
 * joined no cluster. Each node that asked meanwhile has answered too. And this node's address is the smallest of all that
 * answered. A question that arrives after the decision is answered when the cluster exists. So if Y's question arrives at X
 * before X decides, X knows Y. If it arrives later, Y gets the answer that X has the cluster, and joins: Y does not decide
 * before that answer, for X is a peer that has neither refused nor answered. If both know each other, the smaller address
 * decides, and tells all that asked it.
 *
 * What JGroups does when its timeout is over is left as it is.
 */
final class PeerDiscovery extends TCPPING {

    private static final int PROBE_MILLIS = 1_000;

    private final Object lock = new Object();

    /** The peers that refused a connection since this node has been listening. */
    private final Set<PhysicalAddress> absent = new HashSet<>();

    private final Set<PhysicalAddress> probed = new HashSet<>();

    /** The latest answer of each node. */
    private final Map<Address, PingData> answers = new HashMap<>();

    /** The latest question of each node that asked while this one was looking for others. */
    private final Map<Address, Question> questions = new HashMap<>();

    private @Nullable Responses search;
    private boolean decided;
    private boolean joined;

    private record Question(PingHeader header, Message message) {}

    /** Sets the peers, as JGroups writes them: {@code host[port],host[port]}. */
    PeerDiscovery(String peers) {
        setId(ClassConfigurator.getProtocolId(TCPPING.class));
        initial_hosts_str = peers;
        port_range = 0;
        num_discovery_runs = 5;
    }

    @Override
    public Object down(Event event) {
        Object result = super.down(event);
        if (event.getType() == Event.BECOME_SERVER) {
            answerAll();
        } else if (event.getType() == Event.DISCONNECT) {
            reset();
        }
        return result;
    }

    private void reset() {
        synchronized (lock) {
            absent.clear();
            probed.clear();
            answers.clear();
            questions.clear();
            search = null;
            decided = false;
            joined = false;
        }
    }

    // Asking

    @Override
    public void findMembers(@Nullable List<Address> members, boolean initial, Responses responses) {
        synchronized (lock) {
            // What a second round finds out adds to the first one's result, which JGroups then waits for in full.
            if (initial && !joined && search == null) {
                search = responses;
            }
        }
        super.findMembers(members, initial, responses);
        if (initial) {
            probe();
            endIfCertain();
        }
    }

    /** Tries to connect to each peer that has not been tried yet. */
    private void probe() {
        for (PhysicalAddress peer : peers()) {
            synchronized (lock) {
                if (joined || !probed.add(peer)) {
                    continue;
                }
            }
            if (refuses(peer)) {
                synchronized (lock) {
                    absent.add(peer);
                }
            }
        }
    }

    private List<PhysicalAddress> peers() {
        Object own = down(new Event(Event.GET_PHYSICAL_ADDRESS, local_addr));
        return List.copyOf(initial_hosts).stream()
                .filter(peer -> !peer.equals(own))
                .toList();
    }

    private static boolean refuses(PhysicalAddress peer) {
        if (!(peer instanceof IpAddress address)) {
            return false;
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address.getIpAddress(), address.getPort()), PROBE_MILLIS);
            return false;
        } catch (ConnectException e) {
            return true;
        } catch (IOException e) {
            // Silence, or no way there: somebody may be there all the same.
            return false;
        }
    }

    @Override
    protected void handleDiscoveryResponse(PingData answer, Address sender) {
        super.handleDiscoveryResponse(answer, sender);
        if (answer != null) {
            synchronized (lock) {
                if (!joined) {
                    answers.put(answer.getAddress() == null ? sender : answer.getAddress(), answer);
                }
            }
            endIfCertain();
        }
    }

    private void endIfCertain() {
        if (!unresolved_hosts.isEmpty()) {
            return;
        }
        List<PhysicalAddress> peers = peers();
        Responses certain;
        synchronized (lock) {
            certain = search;
            if (certain == null || decided || joined || !isFirst(peers)) {
                return;
            }
            decided = true;
        }
        certain.done();
    }

    /** Returns whether it is certain that this node is the one that founds the cluster. */
    private boolean isFirst(List<PhysicalAddress> peers) {
        Set<PhysicalAddress> known = new HashSet<>(absent);
        answers.values().forEach(answer -> known.add(answer.getPhysicalAddr()));
        return known.containsAll(peers)
                && answers.keySet().containsAll(questions.keySet())
                && answers.entrySet().stream()
                        .allMatch(answer -> !answer.getValue().isServer()
                                && !answer.getValue().isCoord()
                                && local_addr.compareTo(answer.getKey()) <= 0);
    }

    // Answering

    @Override
    protected @Nullable Object handle(PingHeader header, Message message) {
        if (header.type() == PingHeader.GET_MBRS_REQ && isLooking(header, message)) {
            synchronized (lock) {
                if (decided && !joined) {
                    return null;
                }
            }
        }
        return super.handle(header, message);
    }

    /** Keeps the question of a node that may be starting too, if this one has not joined yet. */
    private boolean isLooking(PingHeader header, Message message) {
        boolean askBack;
        Responses current;
        synchronized (lock) {
            if (joined || message.getSrc() == null || message.getSrc().equals(local_addr)) {
                return false;
            }
            askBack = questions.put(message.getSrc(), new Question(header, message)) == null && !decided;
            current = search;
        }
        if (askBack && current != null) {
            timer.execute(() -> super.findMembers(null, true, current));
        }
        return true;
    }

    /** Answers those who asked before this node was in a cluster, as what it is now. */
    private void answerAll() {
        Map<Address, Question> unanswered;
        synchronized (lock) {
            joined = true;
            search = null;
            unanswered = new HashMap<>(questions);
            questions.clear();
            answers.clear();
        }
        if (is_coord) {
            unanswered.values().forEach(question -> super.handle(question.header(), question.message()));
        }
    }
}
