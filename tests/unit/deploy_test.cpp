// What deploy/ tells people to use keeps their data: read as YAML, and by our own check.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "chronos/compose.hpp"

namespace {

// Beside the test programs in a stage; nothing if they are run from elsewhere.
std::string deploy(const std::string& name) {
    const char* stage = std::getenv("CHRONOS_STAGE");
    return stage == nullptr ? "" : std::string(stage) + "/tests/deploy/" + name;
}

std::map<std::string, YAML::Node> objects(const std::string& file) {
    std::map<std::string, YAML::Node> result;
    for (const YAML::Node& one : YAML::LoadAllFromFile(file))
        result[one["kind"].as<std::string>() + "/" + one["metadata"]["name"].as<std::string>()] =
            one;
    return result;
}

TEST(deploy, the_compose_file_has_nothing_to_complain_about) {
    if (deploy("").empty()) GTEST_SKIP() << "CHRONOS_STAGE is not set";
    std::ifstream file(deploy("docker/compose.yaml"));
    std::ostringstream text;
    text << file.rdbuf();
    const auto report = chronos::check_compose({{"compose.yaml", text.str()}});
    EXPECT_THAT(report.databases, testing::ElementsAre("database"));
    EXPECT_THAT(report.findings, testing::IsEmpty());
    EXPECT_EQ(report.corrected, "");
}

TEST(deploy,
     the_compose_file_mounts_the_data_of_its_major_and_preloads_what_the_first_start_schedules) {
    if (deploy("").empty()) GTEST_SKIP() << "CHRONOS_STAGE is not set";
    const YAML::Node all = YAML::LoadFile(deploy("docker/compose.yaml"));
    const YAML::Node service = all["services"]["database"];
    const auto major = service["build"]["args"]["PG_MAJOR"].as<std::string>();
    EXPECT_EQ(service["image"].as<std::string>(), "chronos:" + major);
    EXPECT_EQ(service["environment"]["PGDATA"].as<std::string>(),
              "/var/lib/postgresql/" + major + "/docker");
    std::map<std::string, std::string> mounts;
    for (const auto& mount : service["volumes"]) {
        const auto text = mount.as<std::string>();
        mounts[text.substr(text.find(':') + 1)] = text.substr(0, text.find(':'));
    }
    EXPECT_EQ(mounts.at("/var/lib/postgresql"), "shop-data");
    EXPECT_EQ(service["environment"]["CHRONOS_REPOSITORY"].as<std::string>(),
              "file:///var/lib/chronos/repository");
    EXPECT_EQ(mounts.at("/var/lib/chronos/repository"), "shop-repository");
    for (const auto& volume : all["volumes"]) EXPECT_TRUE(volume.second["external"].as<bool>());
    EXPECT_EQ(service["command"][2].as<std::string>(), "shared_preload_libraries=chronos");
    EXPECT_EQ(service["healthcheck"]["test"][1].as<std::string>(), "chronosctl");
    EXPECT_EQ(service["healthcheck"]["test"][2].as<std::string>(), "check");
}

TEST(deploy, the_stateful_set_mounts_retained_claims_where_the_data_lies) {
    if (deploy("").empty()) GTEST_SKIP() << "CHRONOS_STAGE is not set";
    auto all = objects(deploy("kubernetes/statefulset.yaml"));
    const YAML::Node spec = all.at("StatefulSet/database")["spec"];
    EXPECT_EQ(spec["persistentVolumeClaimRetentionPolicy"]["whenDeleted"].as<std::string>(),
              "Retain");
    EXPECT_EQ(spec["serviceName"].as<std::string>(),
              all.at("Service/database")["metadata"]["name"].as<std::string>());
    std::map<std::string, std::string> classes;
    for (const auto& claim : spec["volumeClaimTemplates"]) {
        const auto name = claim["spec"]["storageClassName"].as<std::string>();
        classes[claim["metadata"]["name"].as<std::string>()] = name;
        EXPECT_EQ(all.at("StorageClass/" + name)["reclaimPolicy"].as<std::string>(), "Retain");
    }
    ASSERT_EQ(classes.size(), 2U);
    EXPECT_NE(classes.at("data"), classes.at("repository"));
    const YAML::Node container = spec["template"]["spec"]["containers"][0];
    std::map<std::string, std::string> mounts;
    for (const auto& mount : container["volumeMounts"])
        mounts[mount["name"].as<std::string>()] = mount["mountPath"].as<std::string>();
    for (const auto& variable : container["env"]) {
        if (variable["name"].as<std::string>() != "PGDATA") continue;
        EXPECT_TRUE(variable["value"].as<std::string>().starts_with(mounts.at("data") + "/"));
    }
    EXPECT_EQ(mounts.at("repository"), "/var/lib/chronos/repository");
    // The user of the official image.
    for (const std::string id : {"runAsUser", "runAsGroup", "fsGroup"})
        EXPECT_EQ(spec["template"]["spec"]["securityContext"][id].as<int>(), 999) << id;
}

TEST(deploy, the_cluster_of_cloudnativepg_is_snapshot_into_a_claim_of_ones_own) {
    if (deploy("").empty()) GTEST_SKIP() << "CHRONOS_STAGE is not set";
    auto all = objects(deploy("kubernetes/cloudnativepg.yaml"));
    const auto classes = objects(deploy("kubernetes/statefulset.yaml"));
    const YAML::Node cluster = all.at("Cluster/shop")["spec"];
    EXPECT_EQ(cluster["postgresql"]["shared_preload_libraries"][0].as<std::string>(), "chronos");
    EXPECT_TRUE(
        classes.contains("StorageClass/" + cluster["storage"]["storageClass"].as<std::string>()));
    const YAML::Node pod =
        all.at("CronJob/shop-snapshot")["spec"]["jobTemplate"]["spec"]["template"]["spec"];
    const auto claim = pod["volumes"][0]["persistentVolumeClaim"]["claimName"].as<std::string>();
    EXPECT_TRUE(all.contains("PersistentVolumeClaim/" + claim));
    EXPECT_EQ(pod["containers"][0]["command"][0].as<std::string>(), "chronosctl");
}

}  // namespace
