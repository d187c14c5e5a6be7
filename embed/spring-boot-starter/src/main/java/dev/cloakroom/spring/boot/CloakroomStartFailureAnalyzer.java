package dev.cloakroom.spring.boot;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says what is wrong and what to do. */
final class CloakroomStartFailureAnalyzer extends AbstractFailureAnalyzer<CloakroomStartException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, CloakroomStartException cause) {
        return new FailureAnalysis(cause.description(), cause.action(), cause);
    }
}
