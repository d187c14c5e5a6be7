package dev.cloakroom.light4j;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.service.SingletonServiceFactory;
import com.networknt.session.SessionManager;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.ValueTypes;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.scenarios.HttpScenarios;
import dev.cloakroom.scenarios.Visitor;
import org.junit.jupiter.api.Test;

/** The scenarios through {@code handler.yml} and {@code service.yml}. */
class ChainScenariosTest extends HttpScenarios {

    @Override
    protected Server start(SessionEngine engine) {
        return serve(engine);
    }

    static LightServer serve(SessionEngine engine) {
        CloakroomSessionManager.use(engine);
        // One process has one configuration; each test has its own engine.
        SingletonServiceFactory.setBean(
                SessionManager.class.getName(), new CloakroomSessionManager(engine, ValueTypes.standard()));
        return LightServer.startChains();
    }

    @Test
    void managerOfServiceYml_counts() {
        try (SessionEngine engine =
                        SessionEngine.builder().keys(KeyRing.random()).build();
                Server server = start(engine)) {
            Visitor visitor = new Visitor();
            for (int i = 0; i < 3; i++) {
                assertThat(visitor.send(server.port(), "/count")
                                .join()
                                .headers()
                                .firstValue(Counter.COUNT))
                        .contains(Integer.toString(i));
            }
        }
    }
}
