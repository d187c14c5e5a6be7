package dev.cloakroom.jmh.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is measured, on whichever JDK: a benchmark as {@code Class.method}, its parameters, and the number of threads.
 *
 * <p>The parameters keep the order in which JMH names them, so tables show them in that order; two cases are equal in
 * any order.
 */
record Case(String benchmark, Map<String, String> params, int threads) {

    /** The parameter that says what the threads are, if they are not the platform's. */
    static final String EXECUTOR = "executor";

    private static final String VIRTUAL = "virtual";

    Case {
        params = Collections.unmodifiableMap(new LinkedHashMap<>(params));
    }

    static Case of(String benchmark) {
        return new Case(benchmark, Map.of(), 1);
    }

    String className() {
        return benchmark.substring(0, benchmark.indexOf('.'));
    }

    String method() {
        return benchmark.substring(benchmark.indexOf('.') + 1);
    }

    /** Returns a parameter's value; empty if the benchmark has no such parameter. */
    String param(String name) {
        return params.getOrDefault(name, "");
    }

    /** Returns the same case with another value of a parameter. */
    Case with(String name, String value) {
        Map<String, String> changed = new LinkedHashMap<>(params);
        changed.put(name, value);
        return new Case(benchmark, changed, threads);
    }

    /** Returns the same case on virtual threads. */
    Case onVirtualThreads() {
        return with(EXECUTOR, VIRTUAL);
    }

    boolean isVirtual() {
        return param(EXECUTOR).equals(VIRTUAL);
    }

    boolean isOnOnePlatformThread() {
        return threads == 1 && !isVirtual();
    }

    Case without(String name) {
        Map<String, String> changed = new LinkedHashMap<>(params);
        changed.remove(name);
        return new Case(benchmark, changed, threads);
    }

    Case withMethod(String method) {
        return new Case(className() + "." + method, params, threads);
    }

    Case withThreads(int number) {
        return new Case(benchmark, params, number);
    }

    @Override
    public String toString() {
        return benchmark + params + ", " + threads + (threads == 1 ? " thread" : " threads");
    }
}
