package dev.cloakroom.vertx;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.store.SessionStore;
import dev.cloakroom.testkit.FreePorts;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.tests.handler.SessionHandlerTestBase;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;

/** Vert.x's own suite for session stores, over an engine. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SessionHandlerContract extends SessionHandlerTestBase {

    private final int port = FreePorts.one();
    private SessionEngine engine;

    /** Returns a store, which the engine closes. */
    abstract SessionStore newStore() throws Exception;

    @BeforeAll
    void openEngine() throws Exception {
        engine = SessionEngine.builder()
                .keys(KeyRing.random())
                .store(newStore())
                .renewalGrace(Duration.ofSeconds(1))
                .build();
    }

    @AfterAll
    void closeEngine() {
        engine.close();
    }

    @Override
    protected HttpServerOptions getHttpServerOptions() {
        return super.getHttpServerOptions().setPort(port);
    }

    @Override
    protected HttpClientOptions getHttpClientOptions() {
        return super.getHttpClientOptions().setDefaultPort(port);
    }

    @BeforeEach
    @Override
    public void setUp(Vertx instance) throws Exception {
        super.setUp(instance);
        store = CloakroomSessionStore.create(instance, engine);
    }
}
