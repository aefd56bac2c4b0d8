// The rules of `compose check`: each looks at one thing and says what it found.
#pragma once

#include <functional>
#include <vector>

#include "chronos/compose.hpp"
#include "compose/database_service.hpp"
#include "compose/project.hpp"

namespace chronos::internal::compose {

using findings = std::vector<compose_finding>;

// A mount that holds what must outlive the data: neither a script, a setting nor a secret.
[[nodiscard]] const mount* repository_mount(const database_service& service,
                                            const data_place& data);

// The worst place that any of the layouts gives.
[[nodiscard]] data_place worst_place(const database_service& service, const tree* volumes,
                                     bool* certain);

void check_data(const project& of, const database_service& service, findings& to);
void check_image(const database_service& service, findings& to);
void check_repository(const project& of, const database_service& service, findings& to);
void check_volumes(const project& of, const std::vector<database_service>& services, findings& to);
void check_unread(const project& of, findings& to);

}  // namespace chronos::internal::compose
