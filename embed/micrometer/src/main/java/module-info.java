/** Cloakroom's figures as Micrometer meters. Start at {@link dev.cloakroom.micrometer.CloakroomMetrics}. */
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"
}) // Micrometer names its module in its manifest.
module dev.cloakroom.micrometer {
    requires transitive dev.cloakroom;
    requires transitive micrometer.core;
    requires transitive org.jspecify;

    exports dev.cloakroom.micrometer;
}
