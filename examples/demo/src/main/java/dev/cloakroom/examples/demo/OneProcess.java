package dev.cloakroom.examples.demo;

import dev.cloakroom.SessionEngine;
import java.util.List;

/** Answers the API in this process. */
final class OneProcess implements Backend {

    private final SessionEngine engine;
    private final Orders orders;

    OneProcess(SessionEngine engine, Orders orders) {
        this.engine = engine;
        this.orders = orders;
    }

    SessionEngine engine() {
        return engine;
    }

    @Override
    public void addTo(Router router) {
        new Api(engine, orders).addTo(router);
    }

    @Override
    public List<NodeState> nodes() {
        return List.of(new NodeState(
                "A", "up", ProcessHandle.current().pid(), engine.metrics().lookups(), false));
    }

    @Override
    public void kill(String name) throws HttpError {
        throw noNodes();
    }

    @Override
    public void start(String name) throws HttpError {
        throw noNodes();
    }

    private static HttpError noNodes() {
        return new HttpError(409, "this demo is one process: start it with --store infinispan for three nodes");
    }

    @Override
    public void close() {
        engine.close();
    }
}
