// Calls the functions that the definitions FIRST and SECOND name.

#include <cstdio>
#include <exception>

void FIRST();
void SECOND();

int main() try {
  FIRST();
  SECOND();
} catch (const std::exception& error) {
  std::printf("%s\n", error.what());
}
