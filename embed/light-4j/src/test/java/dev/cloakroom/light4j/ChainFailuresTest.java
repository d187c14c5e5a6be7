package dev.cloakroom.light4j;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.scenarios.FailureScenarios;
import dev.cloakroom.scenarios.HttpScenarios.Server;

/** Failures, through {@code handler.yml} and {@code service.yml}. */
class ChainFailuresTest extends FailureScenarios {

    @Override
    protected Server start(SessionEngine engine) {
        return ChainScenariosTest.serve(engine);
    }

    @Override
    protected boolean mustNotBlock(Thread thread) {
        return thread.getName().contains("I/O");
    }
}
