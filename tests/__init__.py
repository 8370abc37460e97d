"""The tests compute as the commands do: threads and kernels are settled before numpy loads."""

from replication.project.arithmetic import settle

settle()
