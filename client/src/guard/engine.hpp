// Questions to docker, podman and kubectl. Tests answer them with what real ones have printed.
#pragma once

#include <string>
#include <vector>

namespace chronos::internal::guard {

struct answer {
    int status = 0;
    std::string output;
    std::string errors;

    [[nodiscard]] bool good() const noexcept { return status == 0; }
};

class asker {
  public:
    virtual ~asker() = default;
    // Runs a program without a shell; 127 if there is none of this name.
    [[nodiscard]] virtual answer ask(const std::vector<std::string>& arguments) = 0;
};

// By child processes, which get our environment.
class program_asker : public asker {
  public:
    [[nodiscard]] answer ask(const std::vector<std::string>& arguments) override;
};

}  // namespace chronos::internal::guard
