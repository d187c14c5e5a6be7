package dev.cloakroom.examples.demo;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Three nodes of a cluster, each in a process of its own, and a balancer in front of them that gives each the next request.
 * It does not keep a user on a node.
 */
final class Nodes implements Backend {

    /** The header that tells which node has answered. */
    static final String ANSWERED_BY = "Demo-Node";

    private static final List<String> NAMES = List.of("A", "B", "C");
    private static final Set<String> SAFE = Set.of("GET", "HEAD");
    private static final Set<String> PASSED_BACK = Set.of("content-type", "cache-control", "set-cookie", "allow");
    private static final Duration PATIENCE = Duration.ofSeconds(25);
    private static final int MAXIMUM_BODY = 1024 * 1024;

    /** Systems take the ports of outgoing connections from above. */
    private static final int END_OF_PORTS = 32_000;

    private static final int FIRST_PORT = 10_000;

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final AtomicInteger turn = new AtomicInteger();
    private final List<NodeProcess> nodes;

    /** What nodes had counted when they were killed. */
    private final Map<String, Object> countedByKilled = new LinkedHashMap<>();

    private Nodes(List<NodeProcess> nodes) {
        this.nodes = nodes;
    }

    /** Starts them, and returns when all of them serve. */
    static Nodes start(Options options, RunFiles files, NodeServer.Surroundings surroundings, String secret)
            throws IOException {
        List<Integer> ports = freePorts();
        String peers = ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
        List<NodeProcess> processes = new ArrayList<>();
        for (int i = 0; i < NAMES.size(); i++) {
            List<String> arguments = new ArrayList<>(List.of(
                    "--port=0",
                    "--store=infinispan",
                    "--cluster-port=" + ports.get(i),
                    "--cluster-peers=" + peers,
                    "--cluster-key=" + files.clusterKey(),
                    "--keys=" + files.keys(),
                    "--tokens-at=" + surroundings.tokens(),
                    "--orders-at=" + surroundings.orders()));
            arguments.addAll(options.timeoutArguments());
            processes.add(new NodeProcess(NAMES.get(i), arguments, secret));
        }
        Nodes started = new Nodes(processes);
        try {
            started.startAll();
        } catch (IOException | RuntimeException e) {
            started.close();
            throw e;
        }
        return started;
    }

    /** Starts the first, for the others to join. */
    private void startAll() throws IOException {
        nodes.get(0).start();
        try {
            CompletableFuture.allOf(nodes.stream()
                            .skip(1)
                            .map(node -> CompletableFuture.runAsync(() -> startUnchecked(node)))
                            .toArray(CompletableFuture[]::new))
                    .join();
        } catch (CompletionException e) {
            throw new IOException(
                    e.getCause() == null ? e.getMessage() : e.getCause().getMessage(), e);
        }
    }

    private static void startUnchecked(NodeProcess node) {
        try {
            node.start();
        } catch (IOException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private static List<Integer> freePorts() {
        return ThreadLocalRandom.current()
                .ints(FIRST_PORT, END_OF_PORTS)
                .distinct()
                .filter(Nodes::isFree)
                .limit(NAMES.size())
                .boxed()
                .toList();
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void addTo(Router router) {
        router.add("GET", "/api/metrics", request -> metrics()).addApi(this::forward);
    }

    @Override
    public List<NodeState> nodes() {
        return nodes.stream().map(NodeProcess::state).toList();
    }

    @Override
    public void kill(String name) throws HttpError {
        NodeProcess node = find(name);
        synchronized (nodes) {
            if (node.uri() != null && live().size() == 1) {
                throw new HttpError(409, "the last node has to stay: start another first");
            }
            JsonNode counted = figuresOf(node);
            node.kill();
            if (counted != null) {
                add(countedByKilled, counted);
            }
        }
    }

    @Override
    public void start(String name) throws HttpError {
        try {
            find(name).start();
        } catch (IOException e) {
            throw new HttpError(503, "the node cannot be started");
        }
    }

    private NodeProcess find(String name) throws HttpError {
        return nodes.stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new HttpError(404, "there is no such node"));
    }

    private List<NodeProcess> live() {
        return nodes.stream().filter(node -> node.uri() != null).toList();
    }

    /** Returns the nodes that live, the one whose turn it is first. */
    private List<NodeProcess> inTurn() {
        List<NodeProcess> live = new ArrayList<>(live());
        if (!live.isEmpty()) {
            Collections.rotate(live, -Math.floorMod(turn.getAndIncrement(), live.size()));
        }
        return live;
    }

    private Response forward(Request request) throws HttpError, IOException {
        byte[] body = request.bytes(MAXIMUM_BODY);
        for (NodeProcess node : inTurn()) {
            URI uri = node.uri();
            if (uri == null) {
                continue;
            }
            try {
                HttpResponse<byte[]> answer = client.send(passedOn(request, uri, body), BodyHandlers.ofByteArray());
                node.countAnswer();
                return passedBack(answer).with(ANSWERED_BY, node.name());
            } catch (ConnectException e) {
                // It has just died, without the request. The next one gets it.
            } catch (IOException e) {
                if (!SAFE.contains(request.method())) {
                    throw new HttpError(502, "the node that had the request is gone");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new HttpError(503, "the demo is shutting down");
            }
        }
        throw new HttpError(503, "no node can answer");
    }

    private static HttpRequest passedOn(Request request, URI node, byte[] body) throws HttpError {
        try {
            BodyPublisher publisher = body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body);
            HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(node + request.target()))
                    .timeout(PATIENCE)
                    .method(request.method(), publisher);
            String cookies = request.cookies();
            if (cookies != null) {
                builder.header("Cookie", cookies);
            }
            String agent = request.header("User-Agent");
            if (agent != null) {
                builder.header("User-Agent", agent);
            }
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw new HttpError(400, "the request is malformed");
        }
    }

    private static Response passedBack(HttpResponse<byte[]> answer) {
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        answer.headers().map().forEach((name, values) -> {
            if (PASSED_BACK.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> headers.add(Map.entry(name, value)));
            }
        });
        return new Response(answer.statusCode(), List.copyOf(headers), answer.body());
    }

    /** Adds up what the nodes have counted, those included that were killed. */
    private Response metrics() throws HttpError {
        Map<String, Object> sums;
        synchronized (nodes) {
            sums = new LinkedHashMap<>(countedByKilled);
        }
        sums.remove("sessions");
        for (NodeProcess node : live()) {
            JsonNode figures = figuresOf(node);
            if (figures != null) {
                add(sums, figures);
            }
        }
        return Response.json(200, sums);
    }

    /** Returns what a node has counted, or null if it is dead. */
    private @Nullable JsonNode figuresOf(NodeProcess node) throws HttpError {
        URI uri = node.uri();
        if (uri == null) {
            return null;
        }
        HttpRequest request = HttpRequest.newBuilder(uri.resolve("/api/metrics"))
                .timeout(PATIENCE)
                .build();
        try {
            return Json.read(client.send(request, BodyHandlers.ofByteArray()).body());
        } catch (IOException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HttpError(503, "the demo is shutting down");
        }
    }

    private static void add(Map<String, Object> sums, JsonNode figures) {
        figures.properties().forEach(figure -> {
            JsonNode value = figure.getValue();
            if (value.isIntegralNumber()) {
                // All nodes have the same sessions. Everything else each has counted for itself.
                sums.merge(
                        figure.getKey(),
                        value.longValue(),
                        (one, other) -> figure.getKey().equals("sessions")
                                ? Math.max((long) one, (long) other)
                                : (long) one + (long) other);
            } else {
                sums.putIfAbsent(figure.getKey(), value);
            }
        });
    }

    @Override
    public void close() {
        nodes.forEach(NodeProcess::stop);
        nodes.forEach(NodeProcess::awaitEnd);
    }
}
