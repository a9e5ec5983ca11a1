package io.tillstream.standalone.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.tillstream.events.Concept.EventType;
import io.tillstream.events.Concepts;
import io.tillstream.store.WritableStore;
import java.time.Clock;
import java.util.Date;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.web.bind.annotation.RestController;

/** The arrows between modules and concepts, and what no code here does. */
@AnalyzeClasses(packages = "io.tillstream", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String EVENTS = "io.tillstream.events..";
    private static final String STORE = "io.tillstream.store..";
    private static final String HTTP = "io.tillstream.http..";
    private static final String COMMAND = "io.tillstream.command..";
    private static final String QUERY = "io.tillstream.query..";
    private static final String WEBHOOK = "io.tillstream.webhook..";
    private static final String EMBEDDED = "io.tillstream.embedded..";
    private static final String STANDALONE = "io.tillstream.standalone..";

    /** Whose clock isn't the injected one, and why. */
    private static final Set<String> READS_THE_TIME = Set.of(
            // the injected clock itself
            "io.tillstream.store.EventStoreConfiguration");

    @ArchTest
    static final ArchRule eventsNeedTheJdkAndMarkersOnly = classes()
            .that()
            .resideInAPackage(EVENTS)
            .and()
            .resideOutsideOfPackage("io.tillstream.events.envelope..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "org.jspecify..", EVENTS);

    @ArchTest
    static final ArchRule theEnvelopeKnowsJacksonToo = classes()
            .that()
            .resideInAPackage("io.tillstream.events.envelope..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..", "org.jspecify..", EVENTS, "tools.jackson..", "com.fasterxml.jackson.annotation..");

    @ArchTest
    static final ArchRule theStoreKnowsEventsOnly = noClasses()
            .that()
            .resideInAPackage(STORE)
            .should()
            .dependOnClassesThat(any(HTTP, COMMAND, QUERY, WEBHOOK, STANDALONE, EMBEDDED));

    @ArchTest
    static final ArchRule theStoreKnowsNoHttp = noClasses()
            .that()
            .resideInAPackage(STORE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework.web..", "org.springframework.http..");

    @ArchTest
    static final ArchRule theEdgeKnowsNoService = noClasses()
            .that()
            .resideInAPackage(HTTP)
            .should()
            .dependOnClassesThat(any(COMMAND, QUERY, WEBHOOK, STANDALONE, EMBEDDED));

    @ArchTest
    static final ArchRule theWriteSideIsByItself = noClasses()
            .that()
            .resideInAPackage(COMMAND)
            .should()
            .dependOnClassesThat(any(QUERY, WEBHOOK, STANDALONE, EMBEDDED));

    @ArchTest
    static final ArchRule theReadSideIsByItself = noClasses()
            .that()
            .resideInAPackage(QUERY)
            .should()
            .dependOnClassesThat(any(COMMAND, WEBHOOK, STANDALONE, EMBEDDED));

    @ArchTest
    static final ArchRule theDispatcherIsByItself = noClasses()
            .that()
            .resideInAPackage(WEBHOOK)
            .should()
            .dependOnClassesThat(any(COMMAND, QUERY, STANDALONE, EMBEDDED))
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule theServersKnowNothingOfUs = noClasses()
            .that()
            .resideInAPackage(EMBEDDED)
            .should()
            .dependOnClassesThat(any(EVENTS, STORE, HTTP, COMMAND, QUERY, WEBHOOK, STANDALONE));

    @ArchTest
    static final ArchRule readersNeverAppend = noClasses()
            .that()
            .resideInAnyPackage(QUERY, WEBHOOK)
            .should()
            .dependOnClassesThat()
            .areAssignableTo(WritableStore.class);

    @ArchTest
    static final ArchRule commandsOfConceptsTouchThroughEvents = slices().matching("io.tillstream.command.(*)..")
            .should()
            .notDependOnEachOther()
            .ignoreDependency(DescribedPredicate.alwaysTrue(), resideInAPackage("io.tillstream.command.platform.."))
            // a shop's first start makes an admin and the operator's key
            .ignoreDependency(
                    resideInAPackage("io.tillstream.command.admin.."),
                    named("io.tillstream.command.apikey.OperatorKeys"));

    @ArchTest
    static final ArchRule readsOfConceptsTouchThroughEvents = slices().matching("io.tillstream.query.(*)..")
            .should()
            .notDependOnEachOther()
            .ignoreDependency(DescribedPredicate.alwaysTrue(), resideInAPackage("io.tillstream.query.platform.."));

    @ArchTest
    static final ArchRule platformsKnowNoConcept = noClasses()
            .that()
            .resideInAnyPackage("io.tillstream.command.platform..", "io.tillstream.query.platform..")
            .should()
            .dependOnClassesThat(describe(
                    "belong to a concept",
                    type -> type.getPackageName()
                            .matches("io\\.tillstream\\.(events|command|query)\\.(?!"
                                    + "platform|envelope|derived).+")));

    @ArchTest
    static final ArchRule decisionsKnowNoFramework = classes()
            .that()
            .haveSimpleNameEndingWith("Rules")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "org.jspecify..", "io.tillstream..");

    @ArchTest
    static final ArchRule fieldsAreNotInjected = noFields()
            .should()
            .beAnnotatedWith(Autowired.class)
            .orShould()
            .beAnnotatedWith(Value.class)
            .orShould()
            .beAnnotatedWith("jakarta.inject.Inject")
            .orShould()
            .beAnnotatedWith("jakarta.annotation.Resource");

    @ArchTest
    static final ArchRule controllersAreNobodysBusiness =
            noClasses().that().areAnnotatedWith(RestController.class).should().bePublic();

    /** The console and the embedded servers measure real waiting; everything else asks the injected clock. */
    @ArchTest
    static final ArchRule thereIsOneClock = noClasses()
            .that()
            .resideOutsideOfPackages(EMBEDDED, STANDALONE)
            .and(describe("must not read the time", type -> !READS_THE_TIME.contains(type.getName())))
            .should()
            .accessTargetWhere(describe("reads the time", ArchitectureTest::readsTheTime));

    @ArchTest
    static final ArchRule storageNamesNoJavaClass = noClasses()
            .that()
            .resideInAnyPackage(EVENTS, STORE, "io.tillstream.command.publisher..")
            .should()
            .callMethod(Class.class, "getName")
            .orShould()
            .callMethod(Class.class, "getSimpleName")
            .orShould()
            .callMethod(Class.class, "getTypeName")
            .orShould()
            .callMethod(Class.class, "getCanonicalName");

    @Test
    void eventsHaveNamesOfTheirOwn() {
        assertThat(Concepts.ALL.stream().flatMap(concept -> concept.events().values().stream()))
                .extracting(EventType::name)
                .doesNotHaveDuplicates()
                .allMatch(name -> name.matches("[a-z_]+\\.[a-z_]+"));
    }

    private static DescribedPredicate<JavaClass> any(String... packages) {
        return resideInAnyPackage(packages);
    }

    private static DescribedPredicate<JavaClass> named(String name) {
        return describe(name, type -> type.getName().equals(name));
    }

    private static boolean readsTheTime(JavaAccess<?> access) {
        String owner = access.getTarget().getOwner().getName();
        String name = access.getTarget().getName();
        if (owner.equals(System.class.getName())) return name.equals("currentTimeMillis");
        if (owner.equals(Clock.class.getName())) return name.startsWith("system") || name.startsWith("tick");
        if (owner.equals(Date.class.getName()))
            return name.equals("<init>") && access.getDescription().contains("<init>()>");
        return owner.startsWith("java.time.")
                && name.equals("now")
                && !access.getDescription().contains("now(" + Clock.class.getName() + ")");
    }
}
