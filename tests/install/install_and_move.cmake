# cmake -DBUILD=… -DPREFIX=… -P install_and_move.cmake
file(REMOVE_RECURSE ${PREFIX} ${PREFIX}-before-the-move)
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${PREFIX}-before-the-move
                        COMMAND_ERROR_IS_FATAL ANY)
file(RENAME ${PREFIX}-before-the-move ${PREFIX})
