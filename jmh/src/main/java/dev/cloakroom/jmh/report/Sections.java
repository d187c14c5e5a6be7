package dev.cloakroom.jmh.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** The page's sections, in its order. */
final class Sections {

    private Sections() {}

    static List<Section> all() {
        List<Section> sections = new ArrayList<>(List.of(
                new PathSection(),
                new StoresSection(),
                new SealingSection(),
                new ThreadsSection(),
                new PeersSection(),
                new GrowthSection(),
                new PlainSection(
                        "forgery",
                        "Forged cookies",
                        "What a request costs by what its `Cookie` header holds.",
                        ofClass("ForgeryBenchmark"),
                        List.of(PlainSection.param("header", "genuine"))),
                new PlainSection(
                        "signing",
                        "Signing",
                        "Signing and verifying alone, by algorithm; to `hmac`: the same step with HMAC-SHA-256; to the JCA: the"
                                + " same algorithm called the plain way, through the JDK's own classes.",
                        ofClass("SignBenchmark"),
                        List.of(PlainSection.of("`hmac`", Sections::hmac), PlainSection.of("the JCA", Sections::jca))),
                new PlainSection(
                        "commits",
                        "Commits",
                        "What it costs to make, change, touch, renew and end a session, by store.",
                        ofClass("CommitBenchmark"),
                        List.of(PlainSection.param("store", "heap"), PlainSection.method("touch"))),
                new PlainSection(
                        "attributes",
                        "Attributes",
                        "Reading one attribute, by its type.",
                        ofClass("AttributeBenchmark"),
                        List.of(PlainSection.param("attribute", "none"))),
                new PlainSection(
                        "cluster",
                        "A cluster",
                        "A session in a cluster: read where it lives and from afar, changed, and what others take for the same.",
                        ofClass("ClusterBenchmark"),
                        List.of(PlainSection.method("ownerRead"), PlainSection.method("infinispanGet")))));
        List<Section> known = List.copyOf(sections);
        // Nothing that was measured goes unseen because this class has no place for it.
        sections.add(new PlainSection(
                "other",
                "Other measurements",
                "Measured as well:",
                measured -> known.stream().noneMatch(section -> section.shows(measured)),
                List.of()));
        return sections;
    }

    private static Predicate<Case> ofClass(String name) {
        return measured -> measured.className().equals(name);
    }

    private static boolean verifies(Case measured) {
        return measured.method().toLowerCase(Locale.ROOT).contains("verify");
    }

    private static List<Case> hmac(Case measured) {
        return List.of(
                measured.withMethod(verifies(measured) ? "verify" : "sign").with("algorithm", "hmac"));
    }

    /** Finds the JCA's variant, whether it is named as a method or as an algorithm. */
    private static List<Case> jca(Case measured) {
        String step = verifies(measured) ? "verify" : "sign";
        String algorithm = measured.param("algorithm").replaceAll("(^jca-)|(-jca$)", "");
        String upper = step.substring(0, 1).toUpperCase(Locale.ROOT) + step.substring(1);
        Case plain = measured.with("algorithm", algorithm);
        return List.of(
                plain.withMethod("jca" + upper),
                plain.withMethod(step + "Jca"),
                measured.withMethod(step).with("algorithm", "jca-" + algorithm),
                measured.withMethod(step).with("algorithm", algorithm + "-jca"));
    }
}
