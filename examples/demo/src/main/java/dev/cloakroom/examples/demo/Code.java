package dev.cloakroom.examples.demo;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The lines of source behind what the page shows. The build packs the sources among the classes; what is shown stands in
 * them between {@code // tag::NAME} and {@code // end::NAME}.
 */
final class Code {

    /** Where in the files the lines are. */
    private static final List<String> FILES = List.of(
            "source/Api.java",
            "source/CookieKeys.java",
            "source/Lab.java",
            "source/Orders.java",
            "source/StoreOption.java",
            "source/ClusterOptions.java",
            "attack.js",
            "jwt-session.js",
            "cloakroom-session.js");

    private static final Pattern TAG = Pattern.compile("\\s*// (tag|end)::([a-z]+)\\s*");

    private Code() {}

    /**
     * A piece of a source.
     *
     * @param file its name
     * @param text its lines, with no more indentation than they need
     */
    record Piece(String file, String text) {}

    /** Adds the pieces, by name, to a router. */
    static void addTo(Router router) throws IOException {
        Response pieces = Response.json(200, pieces());
        router.add("GET", "/api/code", request -> pieces);
    }

    static Map<String, List<Piece>> pieces() throws IOException {
        Map<String, List<Piece>> pieces = new LinkedHashMap<>();
        for (String file : FILES) {
            read(file, pieces);
        }
        return pieces;
    }

    private static void read(String file, Map<String, List<Piece>> pieces) throws IOException {
        List<String> lines = new ArrayList<>();
        String open = "";
        for (String line : text(file).lines().toList()) {
            Matcher tag = TAG.matcher(line);
            if (!tag.matches()) {
                lines.add(line);
                continue;
            }
            boolean begins = tag.group(1).equals("tag");
            if (begins ? !open.isEmpty() : !tag.group(2).equals(open)) {
                throw new IllegalStateException(file + ": the tag " + tag.group(2) + " is not in pairs");
            }
            if (!begins) {
                pieces.computeIfAbsent(open, unknown -> new ArrayList<>())
                        .add(new Piece(file.substring(file.indexOf('/') + 1), outdented(lines)));
            }
            open = begins ? tag.group(2) : "";
            lines.clear();
        }
        if (!open.isEmpty()) {
            throw new IllegalStateException(file + ": the tag " + open + " has no end");
        }
    }

    private static String outdented(List<String> lines) {
        int indentation = lines.stream()
                .filter(Predicate.not(String::isBlank))
                .mapToInt(line -> line.length() - line.stripLeading().length())
                .min()
                .orElse(0);
        return lines.stream()
                .map(line -> line.substring(Math.min(indentation, line.length())))
                .collect(Collectors.joining("\n"));
    }

    private static String text(String file) throws IOException {
        try (InputStream in = Code.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new FileNotFoundException(file);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
